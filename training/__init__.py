"""What the shipped models were trained with; never imported by the service."""
