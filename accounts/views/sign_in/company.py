"""Single sign-on: our own OpenID Connect issuer and those of customers, checked closely."""

import hmac
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from requests import RequestException

from accounts.enums import AuditAction
from accounts.models import CustomerIdentityProvider
from accounts.operations.admit_customer_person import admit_customer_person
from accounts.operations.admit_person import Admitted, Claims, PersonWithoutRole, admit_person
from accounts.operations.match_staff_roles import RoleChange
from accounts.queries.identity_providers import app_of, customer_provider
from accounts.views.sign_in.proof import COMPANY_ASKED_AT, PROVED_BY_COMPANY, VOUCHED_BY
from accounts.views.sign_in.trail import note
from kernel.refusal import Refusal

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
OWN = "company"
LEEWAY_SECONDS = 30  # clocks differ
AGAIN = {"prompt": "login", "max_age": "0"}


def nonce_of(state: str) -> str:
    """Bound to the state, which is bound to the browser's session; nobody else can compute it."""
    return salted_hmac("oidc-nonce", state, algorithm="sha256").hexdigest()


class ClientWithNonce(OAuth2Client):
    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: dict) -> str:
        params = {**extra_params, "nonce": nonce_of(str(self.state))}
        return str(super().get_redirect_url(authorization_url, scope, params))


class IssuerDoor(OpenIDConnectOAuth2Adapter):
    """The questions asked of the issuer, and what of its answers is believed."""

    client_class = ClientWithNonce

    @property
    def issuer(self) -> str:
        if self.provider_id == OWN:
            return str(settings.OIDC_ISSUER)
        return str(self.get_provider().app.settings["server_url"])

    @property
    def openid_config(self) -> dict:
        config: dict = super().openid_config
        if str(config.get("issuer", "")).rstrip("/") != self.issuer:
            raise OAuth2Error("The issuer calls itself by another name.")
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """
        Claims of the signed token, and beside them what the issuer says of the same person.

        :raises OAuth2Error: another issuer, a token not made for this sign-in, or another person
        """
        said_to_be = request.GET.get("iss")
        if said_to_be and said_to_be.rstrip("/") != self.issuer:
            raise OAuth2Error("The answer is of another issuer.")
        signed = self._decode_id_token(app, kwargs["response"].get("id_token") or "")
        nonce = nonce_of(request.GET.get("state", ""))
        if not hmac.compare_digest(str(signed.get("nonce", "")), nonce):
            raise OAuth2Error("The token was not made for this sign-in.")
        told = self._fetch_user_info(token.token)
        if told.get("sub") != signed["sub"]:
            raise OAuth2Error("The issuer speaks of two people.")
        return self.get_provider().sociallogin_from_response(
            request, {"id_token": {**told, **signed}}
        )

    def _decode_id_token(self, app: Any, id_token: str) -> dict:
        """Its signature too: a token is believed for who signed it, not for where it came from."""
        try:
            claims: dict = jwt.decode(
                id_token,
                self.key_of(id_token),
                algorithms=ALGORITHMS,
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "sub", "exp", "iat"]},
            )
        except jwt.PyJWTError as wrong:
            raise OAuth2Error("The token is not what the issuer would sign for us.") from wrong
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The token was made for another client.")
        return claims

    def key_of(self, id_token: str) -> jwt.PyJWK:
        """The issuer's key by its id; a token that names none is of the only key there is."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        named = jwt.get_unverified_header(id_token).get("kid")
        fitting = [key for key in keys if key.key_id == named] if named else keys
        if len(fitting) != 1:
            raise OAuth2Error("The issuer has no such key.")
        return fitting[0]


class Company(OpenIDConnectProvider):
    oauth2_adapter_class = IssuerDoor

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict:
        """The browser may ask for a fresh sign-in at the issuer, and for nothing else."""
        return dict(AGAIN) if request.GET.get("again") else {}

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())


class CompanyAdapter(DefaultSocialAccountAdapter):
    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Company:
        return Company(request, app=self.get_app(request, provider, client_id))

    def list_apps(
        self, request: HttpRequest, provider: Any = None, client_id: Any = None
    ) -> list[SocialApp]:
        """Ours from the settings; a customer's from its own table, made for this moment."""
        theirs = customer_provider(str(provider or ""))
        if theirs is not None:
            return [app_of(theirs)]
        apps: list[SocialApp] = super().list_apps(request, provider, client_id)
        return apps

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **more: Any
    ) -> None:
        """What was wrong is for the trail; the person is told to begin again."""
        why = more.get("exception")
        told = str(why) if isinstance(why, OAuth2Error) else type(why).__name__ if why else error
        note(request, AuditAction.SIGN_IN_FAILED, step="company", reason=str(told)[:200])

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Whom the issuer vouches for is let in as the person they are here, or refused."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(refused(request, "Sign in; nothing else is done this way."))
        said = sociallogin.account.extra_data["id_token"]
        known = sociallogin.user if sociallogin.is_existing else None
        theirs = customer_provider(sociallogin.account.provider)
        if theirs is not None:
            admit_of_customer(request, sociallogin, theirs, known)
            return
        try:
            admitted = admit(said, sociallogin.account.provider, known)
        except PersonWithoutRole as no:
            tell_roles(request, no.user, no.change)
            note(request, "sign_in_refused", about=no.user, reason=no.code)
            raise ImmediateHttpResponse(refused(request, no.message)) from no
        except Refusal as no:
            note(request, "sign_in_refused", about=known, reason=no.code)
            raise ImmediateHttpResponse(refused(request, no.message)) from no
        if not sociallogin.is_existing:
            sociallogin.connect(request, admitted.user)
            note(request, "identity_linked", about=admitted.user)
        tell_roles(request, admitted.user, admitted.change)
        remember(request, sociallogin, said)


def admit_of_customer(
    request: HttpRequest,
    sociallogin: SocialLogin,
    provider: CustomerIdentityProvider,
    known: User | None,
) -> None:
    """
    A person of the customer whose issuer vouches for them.

    :raises ImmediateHttpResponse: with the page that says why not
    """
    claims = Claims.read(sociallogin.account.extra_data["id_token"], group_claim="")
    try:
        user = admit_customer_person(known=known, claims=claims, provider=provider)
    except Refusal as no:
        note(request, "sign_in_refused", about=known, reason=no.code)
        page = render(request, "portal/sign_in/company_refused.html", refused_words(no), status=403)
        raise ImmediateHttpResponse(page) from no
    if not sociallogin.is_existing:
        sociallogin.connect(request, user)
        note(request, "identity_linked", about=user)
    sociallogin.state["vouched_by"] = provider.provider_id


def refused_words(refusal: Refusal) -> dict[str, str]:
    return {"title": "Sign-in refused", "why": refusal.message}


def admit(said: dict, provider_id: str, known: User | None) -> Admitted:
    return admit_person(
        known=known,
        claims=Claims.read(said, group_claim=settings.OIDC_GROUP_CLAIM),
        provider_id=provider_id,
        domains=settings.OIDC_DOMAINS,
        group_roles=settings.OIDC_GROUP_ROLES,
    )


def tell_roles(request: HttpRequest, user: User, change: RoleChange) -> None:
    if change:
        note(request, "role_changed", about=user, given=change.given, taken=change.taken)


def remember(request: HttpRequest, sociallogin: SocialLogin, said: dict) -> None:
    """For the session about to begin: when the issuer asked the person, and how."""
    methods = said.get("amr") or []
    asked_at = said.get("auth_time")
    sociallogin.state["company_asked_at"] = asked_at if isinstance(asked_at, int) else 0
    sociallogin.state["company_proved"] = (
        settings.OIDC_SECOND_FACTOR_TRUSTED and isinstance(methods, list) and "mfa" in methods
    )


def keep_what_company_said(request: HttpRequest, sociallogin: Any = None, **_signal: Any) -> None:
    """When the sign-in is complete: allauth has made a new session by then."""
    if sociallogin is not None and "vouched_by" in sociallogin.state:
        before = request.session.get(VOUCHED_BY, [])
        request.session[VOUCHED_BY] = [*before, sociallogin.state["vouched_by"]]
    elif sociallogin is not None:
        request.session[COMPANY_ASKED_AT] = sociallogin.state.get("company_asked_at", 0)
        request.session[PROVED_BY_COMPANY] = sociallogin.state.get("company_proved", False)


def refused(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "socialaccount/refused.html", {"why": why}, status=403)


def sign_in_there(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return at_door(OAuth2LoginView, request, provider_id)


def back_from_there(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return at_door(OAuth2CallbackView, request, provider_id)


def at_door(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    is_ours = bool(settings.OIDC_ISSUER) and provider_id == OWN
    if not is_ours and customer_provider(provider_id) is None:
        raise Http404
    door = IssuerDoor(request, provider_id)
    try:
        answer: HttpResponseBase = view.adapter_view(door)(request)
    except (OAuth2Error, RequestException) as wrong:
        answer = render_authentication_error(request, door.get_provider(), exception=wrong)
    return answer
