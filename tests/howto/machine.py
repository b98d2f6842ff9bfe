"""A machine for one how-to: namespaces of its own for files, network and processes, with what the pages say that the reader has.

Pages use real paths and ports, as /etc/keyward and 127.0.0.1:8080. Inside the namespaces, /etc, /usr and /var are overlays whose
changes are in memory, and the network is a loopback interface. When the first process ends, all others end and all changes are gone.
"""
import ctypes
import fcntl
import os
import re
import secrets
import select
import shutil
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
UNSHARE = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
SERVICE_USER = 61184  # of the stand-in for systemctl
RUN = Path("/run/howto")
BUILTIN = re.compile(r"\++ (printf|eval|export|\w+=)")  # as bash traces it
HOSTS = "keyward.example.org db.internal"


def is_possible() -> bool:
    trial = ("mount -t tmpfs none /run && mkdir /run/upper /run/work && "
             "mount -t overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work none /etc")
    return subprocess.run([*UNSHARE, "sh", "-c", trial], stderr=subprocess.DEVNULL, check=False).returncode == 0


def mount(kind: str, target: str, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"none", target.encode(), kind.encode(), 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mount of {kind} on {target}: {os.strerror(ctypes.get_errno())}")


def start_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = 0x1 | 0x40  # IFF_UP, IFF_RUNNING
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", flags))  # SIOCSIFFLAGS


def run(*command: str, **options) -> None:
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False, **options)
    if result.returncode != 0:
        sys.exit(f"preparation failed: {' '.join(command)}\n{result.stdout}")


class Machine:
    """Only for the first process of new namespaces."""

    def __init__(self, keyward: Path):
        mount("tmpfs", "/run")
        for folder in ("etc", "usr", "var"):
            upper, work = Path(f"/run/overlay/{folder}/upper"), Path(f"/run/overlay/{folder}/work")
            upper.mkdir(parents=True)
            work.mkdir()
            mount("overlay", f"/{folder}", f"lowerdir=/{folder},upperdir={upper},workdir={work}")
        start_loopback()
        RUN.mkdir()
        with open("/etc/hosts", "a", encoding="ascii") as hosts:
            hosts.write(f"127.0.0.1 {HOSTS}\n")
        shutil.copy(HERE / "systemctl", "/usr/bin/systemctl")
        self.pins: dict[str, str] = {}  # of each token, by its label
        self.password = secrets.token_hex(16)
        self.checkout = self.make_checkout(keyward)
        self.shell = Shell(self.checkout)

    @staticmethod
    def make_checkout(keyward: Path) -> Path:
        checkout = Path("/run/home/keyward")
        shutil.copytree(SOURCE / "config", checkout / "config")
        shutil.copytree(SOURCE / "scripts", checkout / "scripts")
        (checkout / "build/release").mkdir(parents=True)
        (checkout / "build/release/keyward").symlink_to(keyward)
        return checkout

    def add_tokens(self, *labels: str) -> None:
        """Initialized tokens, behind the path of a vendor's module. The reader knows the PIN of each."""
        module = Path("/usr/lib/vendor/libpkcs11.so")
        module.parent.mkdir()
        module.symlink_to("/usr/lib/softhsm/libsofthsm2.so")
        tokens = Path("/var/lib/softhsm/tokens")
        shutil.rmtree(tokens, ignore_errors=True)
        tokens.mkdir(parents=True)
        for label in labels:
            self.pins[label] = secrets.token_hex(16)
            run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", self.pins[label],
                "--so-pin", secrets.token_hex(16))
        for closed in (tokens.parent, Path("/etc/softhsm")):
            closed.chmod(0o755)
        Path("/etc/softhsm/softhsm2.conf").chmod(0o644)
        for path in [tokens, *tokens.rglob("*")]:
            os.chown(path, SERVICE_USER, SERVICE_USER)

    def add_postgresql(self) -> None:
        """As Debian's package sets it up, with a certificate for db.internal from an authority of its own."""
        programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        data = Path("/var/lib/postgresql/howto")
        sockets = Path("/run/postgresql")
        shutil.rmtree("/var/lib/postgresql", ignore_errors=True)
        for folder in (data, sockets):
            folder.mkdir(parents=True)
            shutil.chown(folder, "postgres", "postgres")
        as_postgres = ("runuser", "-u", "postgres", "--")
        run(*as_postgres, str(programs / "initdb"), "-D", str(data), "--auth-local=peer", "--auth-host=scram-sha-256", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", cwd="/")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
            "-subj", "/CN=db.internal", "-addext", "subjectAltName=DNS:db.internal",
            "-keyout", str(data / "server.key"), "-out", str(data / "server.crt"))
        shutil.copy(data / "server.crt", self.checkout / "db-ca.crt")
        for name in ("server.key", "server.crt"):
            shutil.chown(data / name, "postgres", "postgres")
        run(*as_postgres, str(programs / "pg_ctl"), "start", "-w", "-s", "-D", str(data), "-l", str(data / "log"), "-o",
            f"-F -c ssl=on -c listen_addresses=127.0.0.1 -k {sockets}", cwd="/")

    def add_nginx(self) -> None:
        """Without the package's example site, which needs IPv6."""
        Path("/etc/nginx/sites-enabled/default").unlink(missing_ok=True)
        run("systemctl", "start", "nginx")

    def add_demonstration(self) -> None:
        """`scripts/run`, in another terminal. The program is built already."""
        Path("/usr/bin/cmake").unlink(missing_ok=True)
        Path("/usr/bin/cmake").symlink_to("true")
        output = Path("/run/journal/demonstration.log")
        output.parent.mkdir()
        with output.open("w", encoding="utf-8") as log:
            demonstration = subprocess.Popen(["./scripts/run"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.checkout)
        while "keyward: ready" not in output.read_text(encoding="utf-8"):
            if demonstration.poll() is not None:
                sys.exit(f"preparation failed: scripts/run\n{output.read_text(encoding='utf-8')}")
            time.sleep(0.05)

    def secrets(self) -> set[str]:
        """The secrets of the reader: PINs, passwords, the bearer token, contents of keys."""
        files = [*self.checkout.glob("*.b64"), *self.checkout.glob("*.pin"), *Path("/etc/keyward/pins").glob("*"),
                 *self.checkout.glob("auth.header")]
        return {self.password, *self.pins.values(), *(file.read_text(encoding="ascii").split()[-1] for file in files)}

    @staticmethod
    def journal() -> str:
        """The last lines of each service's log."""
        return "".join(f"--- {log.name}\n" + "".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[-15:])
                       for log in sorted(Path("/run/journal").glob("*.log")))


class Shell:
    """One bash for a whole page, so that variables, the umask and the folder stay. It has no terminal."""

    def __init__(self, folder: Path):
        self.status, status_for_bash = os.pipe()
        self.report = f"/dev/fd/{status_for_bash}"
        self.bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], stdin=subprocess.PIPE, pass_fds=[status_for_bash], start_new_session=True, cwd=folder,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/run/home", "LANG": "C.UTF-8",
                 "USER": "root"})
        self.send(f"set -o pipefail; exec 9>>{RUN}/trace; BASH_XTRACEFD=9")

    def send(self, line: str) -> None:
        self.bash.stdin.write(line.encode() + b"\n")
        self.bash.stdin.flush()

    def arguments(self) -> list[str]:
        """The command lines of the programs that the last command started. Those of builtins are not visible to other users."""
        lines = (RUN / "trace").read_text(encoding="utf-8").splitlines()
        return [line for line in lines if not BUILTIN.match(line)]

    def run(self, command: str, typed: str, seconds: int = 60) -> tuple[int, str, str]:
        """The exit status, standard output and standard error."""
        (RUN / "command").write_text(command, encoding="utf-8")
        (RUN / "typed").write_text(typed, encoding="utf-8")
        (RUN / "trace").write_text("", encoding="utf-8")
        self.send(f"set -x; eval \"$(<{RUN}/command)\" <{RUN}/typed >{RUN}/out 2>{RUN}/err; echo $? >{self.report}; set +x")
        if not select.select([self.status], [], [], seconds)[0]:
            return -1, "", f"no end after {seconds} s"
        status = int(os.read(self.status, 64))
        return status, (RUN / "out").read_text(encoding="utf-8"), (RUN / "err").read_text(encoding="utf-8")
