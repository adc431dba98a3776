"""One's own pages: profile, security, tokens, absences, rights; and the page an invitation leads to."""

import zoneinfo
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import actions, explain, invitations
from accounts.forms import AbsenceForm, ProfileForm, TokenForm, WelcomeForm
from accounts.models import Absence, ApiToken, Entity, User
from accounts.views.common import crumb, signed_in
from core.views import Action, Crumb, FormPage


class OwnForm(FormPage):
    """A form of one's own pages, under the tabs."""

    template_name = "accounts/own_form.html"


def own_page(request: HttpRequest, template: str, title: Any, **context: Any) -> HttpResponse:
    """A page of one's own, under the tabs."""
    return render(request, template, {"title": title, **context})


class Profile(OwnForm):
    """Name, language, time zone, theme, keys."""

    form_class = ProfileForm
    template_name = "accounts/profile.html"
    title = _("My profile")
    sentence = _("How you appear to others, and how the portal appears to you.")
    success_message = _("Your profile is saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        # A copy of the row: a refused form must not change how the page is drawn.
        fresh = User.objects.get(pk=self.request.user.pk)
        return {**super().get_form_kwargs(), "instance": fresh}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "zones": sorted(zoneinfo.available_timezones())}

    def act(self, form: ProfileForm) -> str:
        person = signed_in(self.request)
        actions.edit_own_profile(person, form.cleaned_data, by=person)
        return reverse("account:profile")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """What protects the account."""
    person = signed_in(request)
    factors = list(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    host = request.get_host().partition(":")[0]
    return own_page(
        request,
        "accounts/security.html",
        _("Security"),
        sentence=_("How you sign in, and what is signed in in your name."),
        has_totp=Authenticator.Type.TOTP in factors,
        passkeys=factors.count(Authenticator.Type.WEBAUTHN),
        has_codes=Authenticator.Type.RECOVERY_CODES in factors,
        sessions=UserSession.objects.filter(user=person).count(),
        tokens=ApiToken.objects.filter(user=person).living(timezone.now()).count(),
        # Browsers refuse passkeys for an address of numbers.
        localhost=_localhost(request) if host in {"127.0.0.1", "[::1]"} else "",
    )


def _localhost(request: HttpRequest) -> str:
    port = urlsplit(f"//{request.get_host()}").port
    return f"http://localhost{f':{port}' if port else ''}{request.path}"


@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """One's API tokens."""
    now = timezone.now()
    rows = ApiToken.objects.filter(user=signed_in(request))
    return own_page(
        request,
        "accounts/tokens.html",
        _("API tokens"),
        sentence=_("A token lets a program act in your name, with your rights, until it ends."),
        actions=[Action(_("New token"), reverse("account:create_token"), "plus", primary=True)],
        rows=[(token, token.is_living(now)) for token in rows],
    )


class NewToken(OwnForm):
    """Make a token; its secret is on the page that follows, and nowhere else."""

    form_class = TokenForm
    title = _("New token")
    submit_label = _("Create token")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("API tokens"), "account:tokens")]

    def act(self, form: TokenForm) -> str:
        person = signed_in(self.request)
        chosen = form.cleaned_data
        self.made = actions.create_token(
            person, name=chosen["name"], scopes=form.scopes, days=chosen["days"], by=person
        )
        return reverse("account:tokens")

    @method_decorator(never_cache)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """No redirect after success: the secret must not be kept anywhere to be shown later."""
        response = super().post(request, *args, **kwargs)
        if not hasattr(self, "made"):
            return response
        token, secret = self.made
        return own_page(request, "accounts/token_made.html", _("Your new token"), token=token, secret=secret)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's tokens."""
    person = signed_in(request)
    token = get_object_or_404(ApiToken, pk=pk, user=person)
    actions.revoke_token(token, by=person)
    messages.success(request, _("“%(name)s” no longer opens the API.") % {"name": token.name})
    return redirect("account:tokens")


@require_safe
def absences(request: HttpRequest) -> HttpResponse:
    """One's absences, coming and past, and those of others in which one stands in."""
    person = signed_in(request)
    today = timezone.localdate()
    mine = Absence.objects.filter(user=person).select_related("substitute")
    standing_in = Absence.objects.filter(substitute=person, ends_on__gte=today).select_related("user")
    return own_page(
        request,
        "accounts/absences.html",
        _("Absences"),
        sentence=_("While you are away, new work and approvals go to your substitute."),
        actions=[Action(_("Declare an absence"), reverse("account:create_absence"), "plus", primary=True)],
        coming=mine.filter(ends_on__gte=today),
        past=mine.filter(ends_on__lt=today).order_by("-starts_on")[:10],
        standing_in=standing_in,
    )


class NewAbsence(OwnForm):
    """Declare an absence of one's own."""

    form_class = AbsenceForm
    title = _("Declare an absence")
    submit_label = _("Declare")
    success_message = _("Your absence is noted.")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Absences"), "account:absences")]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": signed_in(self.request)}

    def act(self, form: AbsenceForm) -> str:
        person = signed_in(self.request)
        actions.declare_absence(person, by=person, **form.cleaned_data)
        return reverse("account:absences")


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one of one's absences."""
    person = signed_in(request)
    actions.cancel_absence(get_object_or_404(Absence, pk=pk, user=person), by=person)
    messages.success(request, _("The absence is cancelled."))
    return redirect("account:absences")


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """What one may do in one's entity or in another where something is granted, and why."""
    person = signed_in(request)
    seen = Entity.objects.visible_to(person).in_tree_order()
    entity = chosen_entity(request, list(seen), person.entity)
    return own_page(
        request,
        "accounts/own_rights.html",
        _("My rights"),
        sentence=_("What you may do, and from which role each right comes."),
        entity=entity,
        entities=seen,
        groups=explain.explain(person, entity),
    )


def chosen_entity(request: HttpRequest, seen: list[Entity], default: Entity) -> Entity:
    """The entity that the address names, among those one may see; `default` where it names none."""
    asked = request.GET.get("entity", "")
    return next((entity for entity in seen if str(entity.pk) == asked), default)


@method_decorator([login_not_required, never_cache], name="dispatch")
class Welcome(FormPage):
    """Where an invitation leads: choose a password."""

    form_class = WelcomeForm
    frame = "base_entrance.html"
    template_name = "accounts/welcome.html"
    title = _("Welcome")
    submit_label = _("Set my password")
    success_message = _("Your password is set. Sign in with it.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = invitations.person_of(self.kwargs["key"])
        return {**super().get_context_data(**kwargs), "invited": person}

    def act(self, form: WelcomeForm) -> str:
        actions.accept_invitation(self.kwargs["key"], password=form.cleaned_data["password"])
        return reverse("account_login")
