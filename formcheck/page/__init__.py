"""Reports, comparisons and training histories as one self-contained HTML page."""
