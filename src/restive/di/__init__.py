"""Providers: functions that make what handlers ask for by type."""
