from fastapi import APIRouter

from app.config import settings
from app.dependencies import CurrentUser, SessionDep
from app.errors import READS_JSON, UNAUTHORIZED, unauthorized
from app.models import User
from app.schemas import Credentials, Token, UserPublic, UserUpdate
from app.security import authenticate_user, create_access_token

router = APIRouter(tags=["account"], max_body_size=settings.max_body_size)


@router.post("/auth/token", summary="Log in", responses=READS_JSON | UNAUTHORIZED)
def create_token(credentials: Credentials, session: SessionDep) -> Token:
    user = authenticate_user(session, credentials.username, credentials.password)
    if user is None:
        raise unauthorized("Incorrect username or password")
    return Token(
        access_token=create_access_token(user),
        expires_in=int(settings.token_lifetime.total_seconds()),
    )


@router.get(
    "/me",
    summary="The caller's own account",
    response_model=UserPublic,
    responses=UNAUTHORIZED,
)
def get_me(user: CurrentUser) -> User:
    return user


@router.patch(
    "/me",
    summary="Change the caller's name or e-mail address",
    response_model=UserPublic,
    responses=READS_JSON | UNAUTHORIZED,
)
def update_me(change: UserUpdate, user: CurrentUser, session: SessionDep) -> User:
    user.sqlmodel_update(change.model_dump(exclude_unset=True))
    session.add(user)
    session.commit()
    session.refresh(user)
    return user
