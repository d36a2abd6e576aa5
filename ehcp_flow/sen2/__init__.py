"""The SEN2 return: what a council must send each spring, made of facts, checked, and read back.

The specification of each year is data (`conversion/returns/items.toml`), shared with the reader of returns. A rule of a
return is a row of data too. Import from here alone.
"""

from __future__ import annotations

from ehcp_flow.sen2.return_schema import schema_of

__all__ = ["schema_of"]
