"""Words about the exam network."""
