"""CertLogic 1.3.3: an expression of JSON, compiled once, asked many times.

`program` is the door: `compile_expression` gives a `Program` or raises `Malformed`. The words:
an *expression* is JSON as the specification allows it; a *node* is a part of it after reading; a
*closure* is a node made ready to run; a *breakpoint* is the first moment at which a comparison
with the clock gives another result. Moments are whole milliseconds, as the specification has them.

Promises: any JSON compiles or is `Malformed`; the same expression and data give the same result,
on any machine and at any hour; time and depth are bounded whatever the expression and the data.

Source: CertLogic specification 1.3.3, github.com/ehn-dcc-development/eu-dcc-business-rules.
"""
