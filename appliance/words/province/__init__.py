"""What is said of enrolment, of pulls and of receipts over the line."""
