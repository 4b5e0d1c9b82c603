"""The local issuer's HTTP face: OIDC for the embedded default, where signing in is picking a name.

Mount it at the path that ends the issuer's address (`http://127.0.0.1:8080/auth` -> `/auth`).
"""

from functools import partial
from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette
from starlette.datastructures import FormData, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from lead.issuer import LocalIssuer
from lead.sample_staff import SAMPLE_STAFF, StaffMember, staff_member
from lead.sign_in_codes import Codes
from shared.pages import STATIC, environment, security_headers, static_path

CLIENT_ID = "throughline-pages"
# A shift: what ends a session on the pages is half an hour without use.
SESSION_SECONDS = 8 * 3600
CALLBACK = "/signin/callback"
CARRIED = ("client_id", "redirect_uri", "response_type", "state", "nonce", "scope",
           "code_challenge", "code_challenge_method")  # fmt: skip
_NO_STORE = {"Cache-Control": "no-store"}
_templates = environment("lead")


class OnlyEmbedded(Exception):
    """The desk signs anybody in as anybody: it exists in the embedded environment only."""


class SignInDesk:
    """Discovery, keys, the page of sample staff, and codes for tokens."""

    def __init__(
        self, issuer: LocalIssuer, *, environment: str, codes: Codes | None = None
    ) -> None:
        """Raises OnlyEmbedded."""
        if environment != "embedded":
            raise OnlyEmbedded
        self._issuer, self._codes = issuer, codes or Codes()
        address = urlsplit(issuer.issuer)
        self._origin = f"{address.scheme}://{address.netloc}"
        self._root = address.path.rstrip("/")

    def app(self) -> Starlette:
        """To be mounted by the launcher."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/jwks.json", self.keys),
                Route("/authorize", self.authorize),
                Route("/authorize", self.sign_in, methods=["POST"]),
                Route("/token", self.token, methods=["POST"]),
                Route("/static/{name}", self.static),
            ]
        )

    async def discovery(self, _: Request) -> Response:
        at = self._issuer.issuer
        return JSONResponse(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/jwks.json",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def keys(self, _: Request) -> Response:
        return JSONResponse(self._issuer.jwks())

    async def static(self, request: Request) -> Response:
        file = STATIC.get(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        return Response(file.body, media_type=file.media_type)

    async def authorize(self, request: Request) -> Response:
        """The page on which one picks a name instead of giving a password."""
        asked = self._checked(request.query_params)
        sites: dict[str, list[StaffMember]] = {}
        for person in SAMPLE_STAFF:
            sites.setdefault(person.site, []).append(person)
        page = _templates.get_template("sign_in_desk.html").render(
            sites=sites, asked=asked, static=lambda name: static_path(self._root, name)
        )
        return HTMLResponse(page, headers=security_headers(self._origin))

    async def sign_in(self, request: Request) -> Response:
        """A name was picked: back to the page, with a code."""
        form = await request.form()
        asked = self._checked(form)
        person = staff_member(str(form.get("sub", "")))
        if person is None:
            raise HTTPException(400, "There is nobody of this name.")
        back = {
            "code": self._codes.issue(
                person,
                redirect_uri=asked["redirect_uri"],
                challenge=asked["code_challenge"],
                nonce=asked.get("nonce"),
            ),
            "state": asked.get("state", ""),
            "iss": self._issuer.issuer,
        }
        url = f"{asked['redirect_uri']}?{urlencode(back)}"
        return RedirectResponse(url, 303, headers=_NO_STORE)

    async def token(self, request: Request) -> Response:
        """A code for a token (RFC 6749 section 4.1.3)."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        if form.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type")
        if form.get("client_id") != CLIENT_ID:
            return _refused("invalid_client")
        grant = self._codes.redeem(
            form.get("code", ""),
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
        if grant is None:
            return _refused("invalid_grant")
        return JSONResponse(self._tokens(grant.person, grant.nonce), headers=_NO_STORE)

    def _tokens(self, person: StaffMember, nonce: str | None) -> dict[str, object]:
        sign = partial(
            self._issuer.token, sub=person.sub, name=person.name, seconds=SESSION_SECONDS
        )
        return {
            "access_token": sign(person.roles, person.site, email=person.email),
            "id_token": sign((), (), audience=CLIENT_ID, nonce=nonce),
            "token_type": "Bearer",
            "expires_in": SESSION_SECONDS,
        }

    def _checked(self, asked: QueryParams | FormData) -> dict[str, str]:
        """What came, if it came from our own pages. Shown as an error, never redirected."""
        found = {name: str(asked[name]) for name in CARRIED if name in asked}
        # A code leads to this address and nowhere else.
        target = urlsplit(found.get("redirect_uri", ""))
        if f"{target.scheme}://{target.netloc}" != self._origin or target.query or target.fragment:
            raise HTTPException(400, "This redirect_uri is not one of this system.")
        expected = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        for name, value in expected.items():
            if found.get(name) != value:
                raise HTTPException(400, f"{name} must be {value}.")
        if not target.path.endswith(CALLBACK) or not found.get("code_challenge"):
            raise HTTPException(400, "A code_challenge and our own callback are needed.")
        return found


def _refused(error: str) -> Response:
    return JSONResponse({"error": error}, 400, headers=_NO_STORE)


def create_sign_in_desk(issuer: LocalIssuer, *, environment: str) -> Starlette:
    """The app to mount at `/auth`. Raises OnlyEmbedded."""
    return SignInDesk(issuer, environment=environment).app()
