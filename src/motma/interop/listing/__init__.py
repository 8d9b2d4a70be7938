"""The public list of apps: made of signed reports, so that nobody puts an app on it by hand.

Table: conformance_report.
"""
