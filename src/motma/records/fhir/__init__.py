"""FHIR R4B in and out: Immunization, Observation and Condition, each with its Patient.

What we read is checked: names of elements, required bindings, and the invariants that concern us.
Elements that we have no use for are not kept; what modifies the meaning of others is refused.
"""
