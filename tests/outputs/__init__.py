"""Every file that is written, by whichever command: what is refused, what is replaced, what a failure leaves behind.

It crosses commands, readers, reports and the store, because all of them write through `ehcp_flow/outputs.py`; and every
CSV for people is disarmed by `ehcp_flow/formulas.py`.
"""
