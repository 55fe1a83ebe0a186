# SPDX-License-Identifier: MIT
"""The twin of modules/every.c for FastAPI (Debian 12's, 0.92): prints the document that FastAPI makes.
29_module_openapi_twin.py compares the two."""

import enum
import json
import sys
import types
from datetime import date, datetime, time
from typing import Dict, List, Literal, Optional, Set, Union
from uuid import UUID

# Forms are described here, and never read: the package that reads them may be missing.
for name in ("multipart", "multipart.multipart"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["multipart"].__version__ = "0"
sys.modules["multipart.multipart"].parse_options_header = print

from fastapi import (APIRouter, Body, Cookie, Depends, FastAPI, File, Form, Header, Path, Query,
                     Response, Security, UploadFile)
from fastapi.security import (APIKeyCookie, APIKeyHeader, APIKeyQuery, HTTPBasic, HTTPBearer,
                              HTTPDigest, OAuth2AuthorizationCodeBearer, OAuth2PasswordBearer, OpenIdConnect)
from pydantic import AnyUrl, BaseModel, Field, conlist

app = FastAPI(title="Every", version="1.0.0", description="All that can be declared",
              terms_of_service="https://example.com/terms",
              contact={"name": "All of us", "url": "https://example.com/us"},
              license_info={"name": "MIT", "url": "https://example.com/license"},
              openapi_tags=[{"name": "items", "description": "What is *for sale*",
                             "externalDocs": {"url": "https://example.com/items",
                                              "description": "More of them"}},
                            {"name": "orgs"}],
              servers=[{"url": "https://{region}.example.com", "description": "Where it is",
                        "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}}},
                       {"url": "/v2"}])


class Color(enum.Enum):
    RED = "red"
    GREEN = "green"


class Item(BaseModel):
    """A thing to sell"""
    name: str = Field(min_length=1, max_length=80, title="The name")
    description: Optional[str] = Field(None, description="What it is", max_length=300)
    price: float = Field(gt=0, description="In euro")
    tax: Optional[float] = Field(None, ge=0, lt=1.5)
    tags: List[str] = []


class User(BaseModel):
    username: str = Field(regex="^[a-z]+$")
    email: str = Field(format="email")  # EmailStr wants a package more


class Line(BaseModel):
    item_id: int
    count: int = Field(1, ge=1)


class Order(BaseModel):
    id: UUID
    user: User
    lines: conlist(Line, min_items=1, max_items=50)
    rates: Dict[str, float] = {}
    color: Color = Color.RED
    placed: datetime
    link: AnyUrl
    gift: Optional[Item] = None


class Cat(BaseModel):
    pet_type: Literal["cat"]
    lives: int


class Dog(BaseModel):
    pet_type: Literal["dog"]
    barks: float


class Owner(BaseModel):
    name: str
    pet: Union[Cat, Dog] = Field(discriminator="pet_type")


class Message(BaseModel):
    message: str


@app.get("/")
def root(): ...


@app.get("/items/{item_id}", response_model=Item,
         responses={404: {"model": Message}, 409: {"description": "Taken"}})
def read_item(item_id: int = Path(ge=1, title="The ID", description="Of an item")): ...


@app.get("/names/{name}")
def read_name(name: str = Path(min_length=2, max_length=20, regex="^[a-z]*$")): ...


@app.get("/files/{file_path:path}")
def read_file(file_path: str): ...


@app.get("/ids/{id}/{color}/{factor}/{on}")
def read_ids(id: UUID, color: Color, factor: float = Path(gt=0, le=10.5), on: bool = Path()): ...


def page(needed: float, skip: int = Query(0, ge=0), limit: int = Query(10, le=100),
         q: Optional[str] = Query(None, max_length=50), brief: bool = False): ...


@app.get("/items", tags=["items", "lists"], summary="All items", description="Page by **page**")
def list_items(needed: float, skip: int = Query(0, ge=0), limit: int = Query(10, le=100),
               q: Optional[str] = Query(None, max_length=50), brief: bool = False): ...


@app.get("/stock", response_model=List[Item])
def list_stock(): ...


@app.get("/words")
def read_words(numbers: Set[int] = Query(),
               item_query: str = Query(alias="item-query", title="Query string", min_length=3,
                                       description="What to look for", deprecated=True),
               tags: List[str] = Query(["a", "b"])): ...


@app.get("/headers")
def read_headers(x_token: str = Header(), user_agent: Optional[str] = Header(None),
                 x_tags: List[str] = Header([]),
                 plain_name: str = Header("x", convert_underscores=False)): ...


@app.get("/cookies")
def read_cookies(session: str = Cookie(), ads_id: Optional[str] = Cookie(None)): ...


@app.get("/moments")
def read_moments(day: date, at: datetime, time: time): ...


@app.post("/items", response_model=Item, status_code=201)
def create_item(item: Item): ...


@app.put("/items/{item_id}")
def update_item(item_id: int, item: Item, q: Optional[str] = None): ...


@app.delete("/items/{item_id}", status_code=204, response_class=Response)
def delete_item(item_id: int = Path(ge=1, title="The ID", description="Of an item")): ...


@app.post("/several")
def create_several(item: Item, user: User, importance: int = Body(gt=0)): ...


@app.post("/embedded")
def create_embedded(item: Item = Body(embed=True)): ...


@app.post("/numbers")
def sum_numbers(numbers: List[int]): ...


callbacks = APIRouter()


@callbacks.post("{$request.body#/link}/orders/{$request.body#/id}", response_model=Item)
def order_sent(message: Message): ...


@callbacks.put("{$request.query.url}", summary="It is lost", tags=["orders"])
def order_lost(needed: float, skip: int = Query(0, ge=0), limit: int = Query(10, le=100),
               q: Optional[str] = Query(None, max_length=50), brief: bool = False): ...


@app.post("/orders", response_model=Order, callbacks=callbacks.routes)
def create_order(order: Order): ...


@app.post("/owners")
def create_owner(owner: Owner): ...


@app.post("/login")
def login(username: str = Form(), password: str = Form(min_length=8), remember: bool = Form(False)): ...


@app.post("/upload")
def upload_file(file: UploadFile = File(description="A picture"), raw: bytes = File(),
                note: str = Form("")): ...


@app.post("/uploads")
def upload_files(files: List[UploadFile]): ...


@app.get("/deprecated", deprecated=True, operation_id="theOldThing")
def old_thing(): ...


@app.put("/extra/{name}", tags=["extra"], openapi_extra={
    "x-cost": 3, "tags": ["more"],
    "parameters": [{"name": "x-more", "in": "header", "schema": {"type": "string"}}],
    "requestBody": {"content": {"application/yaml": {"schema": {"type": "object"}}},
                    "required": True},
    "responses": {"200": {"description": "Put"}}})
def put_extra(name: str = Path(min_length=2, max_length=20, regex="^[a-z]*$")): ...


@app.get("/hidden", include_in_schema=False)
def hidden(): ...


@app.get("/paged", dependencies=[Depends(page)])
def read_paged(): ...


orgs = APIRouter(prefix="/orgs/{org}", tags=["orgs"])


@orgs.get("")
def read_org(org: str): ...


@orgs.get("/members/{member}", tags=["members"], dependencies=[Depends(page)])
def read_member(org: str, member: str): ...


app.include_router(orgs)

for path, scheme, scopes in (
        ("basic", HTTPBasic(), []),
        ("bearer", HTTPBearer(), []),
        ("digest", HTTPDigest(), []),
        ("key-header", APIKeyHeader(name="X-Key"), []),
        ("key-query", APIKeyQuery(name="key"), []),
        ("key-cookie", APIKeyCookie(name="key"), []),
        ("oauth2", OAuth2PasswordBearer("token", scopes={"items": "Read items", "admin": "Do all"}),
         ["items"]),
        ("code", OAuth2AuthorizationCodeBearer("https://auth.example/authorize",
                                               "https://auth.example/token",
                                               "https://auth.example/refresh"), []),
        ("openid", OpenIdConnect(
            openIdConnectUrl="https://auth.example/.well-known/openid-configuration"), [])):
    def reader(): ...
    app.get(f"/{path}", name=f"read_{path.replace('-', '_')}",
            dependencies=[Security(scheme, scopes=scopes)])(reader)

if __name__ == "__main__":
    print(json.dumps(app.openapi()))
