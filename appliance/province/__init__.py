"""The province's side: its keys; later enrolment, pull, receipts."""
