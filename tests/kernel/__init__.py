"""The kernel interpreted beside a compiled one that checks its bounds, on hostile lives.

`EHCP_FLOW_LIVES=5000 ./test tests/kernel` tries more of them, and `./test --all` does. What the kernel judges of
a case is asked in `tests/engine`.
"""
