"""A council's own application, with the service inside it for whoever its identity provider (OpenID Connect) signed in.

EHCP_FLOW_STORE=sqlite:///cases.db OIDC_ISSUER=https://login.council.example OIDC_AUDIENCE=ehcp \
        uvicorn --factory examples.oidc_host:application
"""

import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ehcp_flow.service import ServiceUser, create_router
from ehcp_flow.store import Store

Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def application() -> FastAPI:
    """Return the application: each user sees the cases of the authority that their token names."""
    issuer, audience = os.environ["OIDC_ISSUER"], os.environ["OIDC_AUDIENCE"]
    keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json", timeout=5)
    store = Store.open(os.environ["EHCP_FLOW_STORE"])

    def signed_in(sent: Bearer) -> ServiceUser:
        try:
            token = sent.credentials if sent else ""
            key, needed = keys.get_signing_key_from_jwt(token), ["exp", "iss", "aud", "sub", "authority"]
            said = jwt.decode(token, key, ["RS256"], {"require": needed}, audience=audience, issuer=issuer, leeway=10)
        except jwt.PyJWTError:
            raise HTTPException(401, "sign in", {"WWW-Authenticate": "Bearer"}) from None
        return ServiceUser(said["authority"], said["sub"])

    app = FastAPI(title="Our council")
    app.include_router(
        create_router(store_for=lambda user: store.scoped(user.authority), user_for=signed_in), prefix="/ehcp"
    )
    return app
