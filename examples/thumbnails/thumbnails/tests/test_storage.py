"""A store that speaks S3: boto3 over a socket to a small server, which keeps what it is given."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread

import pytest
from PIL import Image

from portable.testing import Client

client = Client("thumbnails")


class Store(BaseHTTPRequestHandler):
    """GetObject and PutObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html."""

    def do_GET(self):
        self.answer(200 if self.path in self.server.contents else 404, self.server.contents.get(self.path, b""))

    def do_PUT(self):
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=tester/")
        self.server.contents[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200)

    def answer(self, status, content=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def contents(monkeypatch):
    """Run a store, and give what it has by its path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    server.contents = {}
    for name, value in {
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
    }.items():
        monkeypatch.setenv(name, value)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.contents
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_a_folder_pictures_lie_in_s3(contents):
    picture = BytesIO()
    Image.new("RGB", (1000, 1000)).save(picture, "PNG")
    contents["/photos/a%20b.png"] = picture.getvalue()

    there = client.post("/", json={"bucket": "photos", "key": "a b.png"})
    missing = client.post("/", json={"bucket": "photos", "key": "none.png"})

    assert (there.status, missing.status) == (200, 500)
    assert Image.open(BytesIO(contents["/thumbnails/a%20b.png"])).size == (256, 256)
