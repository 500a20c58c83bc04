"""What comes out: the report and its forms."""
