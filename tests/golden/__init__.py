"""Cases whose answers others gave: ombudsmen, courts, councils, charities, and lives written from the text of the law.

A folder for each source, with the address of each decision beside its dates. An answer is never corrected to suit the
engine: where the statute's counting says otherwise, the case names the disagreement.
"""
