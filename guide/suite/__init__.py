"""The conformance suite: framework-blind checks over real HTTP, in four groups.

check.py     what a check is, and the registry of all of them
client.py    the clients that checks use; wire.py for bytes that no HTTP library would send
run.py       runs the checks against one app and weighs the results against its gaps
contract/    the app does what contract.yaml says
http/        the app does what the standards of HTTP say
security/    the app gives nothing away
documentation/  the app's own OpenAPI document is there, whole and true
"""
