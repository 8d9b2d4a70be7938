"""HTTP: one module per context; assembles the application from bootstrap's parts.

Every operation is described once (`operations.Operation`): its body and answer are msgspec
structs, which parse the request, render the answer and write the OpenAPI document.
"""
