"""Signing in on the page, and which of its acts whose session may do. The guard judges; the page hands on."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from appliance.control.question import ControlError, FromPage, Question
from appliance.control.server import PAGE, READER, TECHNICIAN
from appliance.control.sessions import Session, Sessions, carries
from appliance.dispatch import Board
from appliance.events import Body
from appliance.events.bodies import SessionBegun
from appliance.exam.acts import Act, Refused
from appliance.pins import ROLES, PinError, Pins

MAX_NAME = 40
CHIEFS, ANYBODY = ("chief", "deputy"), ROLES
# What a session may do, by its role; who asks for PINs on top stands in PINS_FOR.
MAY: Mapping[str, Collection[str]] = MappingProxyType(
    {
        "sitting.delay": ANYBODY,
        "sitting.extend": ANYBODY,
        "sitting.finish": CHIEFS,
        "sitting.paper": ANYBODY,
        "sitting.uploaded": ANYBODY,
        "incident.acknowledge": ANYBODY,
        "incident.note": ANYBODY,
        "incident.reported": ANYBODY,
        "incident.classify": CHIEFS,
        "incident.resume": ANYBODY,
        "incident.close": ANYBODY,
        "seat.swap": ANYBODY,
        "seat.retire": ANYBODY,
        "seat.register": ANYBODY,
        "net.window.more": ANYBODY,
        "net.prove": ANYBODY,
        "usb.grant": ANYBODY,
        "panel.silence": ANYBODY,
        "panel.test": ANYBODY,
        "panel.confirm": ANYBODY,
        "clock.confirm": ANYBODY,
        "morning.confirm": ANYBODY,
        "seats.declare_usb": ("technician",),
        "switch.declare": ("technician",),
        # Whoever has signed in: chief and technician say who they are by their PINs.
        "seal": ANYBODY,
        "unseal": ANYBODY,
    }
)
BY_SHELL = ("pin.set", "pin.code")
BY_PAGE = ("sign-in", "sign-out", "session", "pin.choose")


class SignIn:
    """Answers `BY_SHELL` and `BY_PAGE`, and says whose act another verb is.

    `with_pins` are the verbs that ask for PINs by themselves: they need no session. `act` records an act and gives
    its rows, `tell` a fact.
    """

    def __init__(
        self,
        *,
        pins: Pins,
        sessions: Sessions,
        board: Board,
        with_pins: Collection[str],
        act: Callable[[Act], dict[str, Any]],
        tell: Callable[[Body], None],
    ) -> None:
        self._pins = pins
        self._sessions = sessions
        self._board = board
        self._with_pins = with_pins
        self._act = act
        self._tell = tell

    def answer(self, role: str, question: Question) -> dict[str, Any]:
        """The plain value of one of its own verbs. Raises ControlError."""
        wanted = (TECHNICIAN,) if question.verb in BY_SHELL else (TECHNICIAN, PAGE)
        if role not in wanted or (question.page is not None) != (question.verb in BY_PAGE):
            raise ControlError("not-permitted", 77)
        page = question.page or FromPage()
        try:
            match question.verb:
                case "pin.set":
                    return self._set(question.args)
                case "pin.code":
                    return self._code(question.args)
                case "pin.choose":
                    return self._choose(question, page)
                case "sign-in":
                    return self._begin(question, page)
                case "sign-out":
                    self._held(page)
                    self._sessions.end(page.token)
                    return {}
            return _plain(self._session(page, use=question.args.get("use") is True))
        except PinError as error:
            raise _pin_error(error) from error
        except Refused as refusal:
            raise ControlError(refusal.code, 64, **refusal.details) from refusal
        except OSError as error:
            raise ControlError("pins-unwritable", 69, reason=str(error.strerror)) from error

    def permit(self, role: str, question: Question) -> Session | None:
        """The session whose act it is; None for a technician's shell, and for an act that PINs alone allow.

        Raises ControlError for who may not.
        """
        page, verb = question.page, question.verb
        if role == READER or (role == PAGE and verb not in MAY and verb not in self._with_pins):
            raise ControlError("not-permitted", 77)
        if page is None and role == TECHNICIAN:
            return None
        if page is None or not page.token:
            if verb in self._with_pins:
                return None
            raise ControlError("sign-in-needed", 77)
        session = self._held(page)
        if session.role not in MAY.get(verb, ()):
            raise ControlError("not-your-act", 77, role=session.role)
        return session

    def _held(self, page: FromPage) -> Session:
        """The session, and the form is its own: another site's, or one of an older session, is not."""
        session = self._session(page, use=True)
        if not carries(session, page.form):
            raise ControlError("form-stale", 77)
        return session

    def _session(self, page: FromPage, *, use: bool) -> Session:
        found = self._sessions.find(page.token, self._batch(), use=use) if page.token else None
        if found is None and not page.token:
            raise ControlError("sign-in-needed", 77)
        if found is None:
            raise ControlError("session-over", 77)
        return found

    def _begin(self, question: Question, page: FromPage) -> dict[str, Any]:
        role, name = self._asked(question.args)
        self._pins.check(role, question.pins.get(role, ""), source=page.source)
        return self._begun(role, name, page)

    def _choose(self, question: Question, page: FromPage) -> dict[str, Any]:
        """Sets the own PIN by a one-time code. The row is first, and last of all that may fail: it tells no untruth."""
        role, name = self._asked(question.args)
        pin = question.pins.get(role, "")
        self._pins.judge(role, pin)
        self._pins.check_code(role, question.pins.get("code", ""), source=page.source)
        with self._pins.setting(role, pin, code=question.pins.get("code", "")):
            self._act(Act(verb="pin.choose", args={"role": role, "by": name}))
        self._sessions.end_role(role)
        return self._begun(role, name, page)

    def _set(self, args: dict[str, Any]) -> dict[str, Any]:
        role, pin = str(args.get("role")), str(args.get("pin"))
        with self._pins.setting(role, pin):
            self._act(Act(verb="pin.set", args={"role": role, "again": self._pins.known(role)}))
        self._sessions.end_role(role)
        return {}

    def _code(self, args: dict[str, Any]) -> dict[str, Any]:
        role = str(args.get("role"))
        self._pins.judge(role, "0000")
        self._act(Act(verb="pin.code", args={"role": role}))
        return {"code": self._pins.make_code(role)}

    def _asked(self, args: dict[str, Any]) -> tuple[str, str]:
        role = args.get("role")
        if role not in ROLES:
            raise ControlError("bad-choice", name="role", choices=", ".join(ROLES))
        return str(role), Act(verb="sign-in", args=args).text("name", limit=MAX_NAME)

    def _begun(self, role: str, name: str, page: FromPage) -> dict[str, Any]:
        """A new session; the one that the same browser had is over: nobody acts under the name before."""
        self._sessions.end(page.token)
        token, session = self._sessions.begin(role, name, self._batch())
        self._tell(SessionBegun(role=role, name=name))
        return {"token": token, **_plain(session)}

    def _batch(self) -> str:
        seal = self._board.read().snapshot.get("seal")
        return str(seal.get("batch") or "") if isinstance(seal, dict) else ""


def _plain(session: Session) -> dict[str, Any]:
    return {"role": session.role, "name": session.name, "form": session.form}


def _pin_error(error: PinError) -> ControlError:
    return ControlError(error.code, 64 if error.code in ("bad-pin", "bad-choice") else 77, **error.details)
