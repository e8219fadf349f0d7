"""Wires turn bytes or messages into requests and answers into bytes. They know no routes."""
