# shellcheck shell=bash
# The demonstration: SoftHSM2 tokens, catalogue, project, user, bearer token, a running service and a first key in it. For scripts/run
# and for the container. Source it with `set -euo pipefail`, then call demo_main. It uses existing state again.
#
# Secrets are never arguments, which every user of the machine could read: PINs go to pkcs11-tool through its
# environment, the bearer token to curl through its standard input.

demo_module=/usr/lib/softhsm/libsofthsm2.so
demo_project=MyProject
demo_user=demo
demo_config_head="# Written at each start of the demonstration. config/keyward.toml explains every setting."

demo_say() { echo "keyward: $*"; }
demo_fail() {
    echo "keyward: $*" >&2
    exit 1
}

# demo_home PATH: the absolute path. Links in its parent folders belong to the system and are resolved; demo_check_home checks the folder itself.
demo_home() {
    local path
    [ -n "$1" ] || demo_fail "KEYWARD_HOME is empty. Name a folder, or leave KEYWARD_HOME out"
    path=$(realpath -ms -- "$1")
    echo "$(realpath -m -- "$(dirname -- "$path")")/$(basename -- "$path")"
}

# Whether an earlier start, perhaps an interrupted one, made the contents of the folder.
demo_is_here() {
    [ ! -L "$KEYWARD_HOME/softhsm2.conf" ] && grep -qs '^directories\.tokendir = .*/tokens$' "$KEYWARD_HOME/softhsm2.conf" || return 1
    [ ! -e "$KEYWARD_HOME/keyward.toml" ] || grep -qxF "$demo_config_head" "$KEYWARD_HOME/keyward.toml"
}

# A user who can change these files chooses which module is loaded and where secrets are written. Therefore the folder must be new,
# or made here by the same user, and must contain no symbolic link.
demo_check_home() {
    local strange
    [ ! -L "$KEYWARD_HOME" ] || demo_fail "$KEYWARD_HOME is a symbolic link, which is not followed. Set KEYWARD_HOME to a folder of your own"
    [ -e "$KEYWARD_HOME" ] || return 0
    [ -d "$KEYWARD_HOME" ] || demo_fail "$KEYWARD_HOME is no folder. Set KEYWARD_HOME to one, or to a path where nothing is yet"
    [ -O "$KEYWARD_HOME" ] || demo_fail "$KEYWARD_HOME belongs to another user. Set KEYWARD_HOME to a folder of your own"
    strange=$(find "$KEYWARD_HOME" -maxdepth 0 -perm /022)
    [ -z "$strange" ] || demo_fail "$KEYWARD_HOME can be written by other users. First: chmod go-w '$KEYWARD_HOME'"
    strange=$(find "$KEYWARD_HOME" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)
    [ -n "$strange" ] || return 0
    if ! demo_is_here; then demo_fail "$KEYWARD_HOME is not empty, and holds no demonstration. Set KEYWARD_HOME to a new folder"; fi
    strange=$(find "$KEYWARD_HOME" -mindepth 1 ! -name lost+found \( -type l -o ! -user "$(id -u)" \) -print -quit)
    [ -z "$strange" ] || demo_fail "$strange is a symbolic link, or belongs to another user. Remove it, or set KEYWARD_HOME to a new folder"
}

demo_check_settings() {
    if ! [[ $KEYWARD_PORT =~ ^[1-9][0-9]{0,4}$ ]] || [ "$KEYWARD_PORT" -gt 65535 ]; then
        demo_fail "KEYWARD_PORT is '$KEYWARD_PORT'; expected a number from 1 to 65535"
    fi
    case $KEYWARD_HOME in
        *[$'\n\t#=']*) demo_fail "KEYWARD_HOME is '$KEYWARD_HOME'; SoftHSM2 can't read paths with #, = or a line break in them" ;;
    esac
    demo_check_home
}

# demo_write FILE: writes standard input to the file atomically, readable by its owner only.
demo_write() {
    (umask 077 && cat >"$1.new" && mv -fT "$1.new" "$1")
}

# demo_random_file FILE: writes 32 random hexadecimal digits, unless the file has contents.
demo_random_file() {
    [ -s "$1" ] || openssl rand -hex 16 | demo_write "$1"
}

# Prints the label of each initialized token, one a line.
demo_token_labels() {
    pkcs11-tool --module "$demo_module" --list-slots |
        sed -n -e 's/^  token label *: //p' -e '/^  token flags/{/PIN initialized/!s/.*/(unfinished)/p;}' |
        sed -e 'N;/\n(unfinished)$/d;P;D' || true
}

# A token and the catalogue belong together: neither can be used alone.
demo_begin_again() {
    echo "Put it back, or remove all of $KEYWARD_HOME to begin again; the keys in its tokens are lost then"
}

# demo_token LABEL: makes a SoftHSM2 token with that label and its PINs in files of $KEYWARD_HOME/pins, unless it exists.
demo_token() {
    local label=$1 slot pins=$KEYWARD_HOME/pins
    if demo_token_labels | grep -qxF "$label"; then
        [ -s "$pins/$label.pin" ] ||
            demo_fail "the token '$label' is there, but its PIN file $pins/$label.pin is not. $(demo_begin_again)"
        return
    fi
    [ ! -s "$KEYWARD_HOME/keyward.db" ] ||
        demo_fail "the catalogue $KEYWARD_HOME/keyward.db is there, but the token '$label' that holds its keys is not. $(demo_begin_again)"
    demo_random_file "$pins/$label.so-pin"
    demo_random_file "$pins/$label.pin"
    slot=$(pkcs11-tool --module "$demo_module" --list-slots |
        sed -n -e '/^Slot/{s/^Slot [0-9]* (\(0x[0-9a-f]*\)).*/\1/;h;}' -e '/uninitialized/{g;p;q;}')
    [ -n "$slot" ] || demo_fail "SoftHSM2 shows no slot for a new token"
    SO_PIN=$(<"$pins/$label.so-pin") pkcs11-tool --module "$demo_module" --init-token --slot "$slot" \
        --label "$label" --so-pin env:SO_PIN </dev/null >/dev/null
    SO_PIN=$(<"$pins/$label.so-pin") USER_PIN=$(<"$pins/$label.pin") pkcs11-tool --module "$demo_module" --init-pin --login \
        --login-type so --token-label "$label" --so-pin env:SO_PIN --new-pin env:USER_PIN </dev/null >/dev/null
    demo_say "made the SoftHSM2 token '$label'"
}

# Escapes text for a quoted TOML string.
demo_toml() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

# demo_environment NAME TYPE
demo_environment() {
    cat <<EOF

[[environment]]
name = "$1"
type = "$2"
module = "$demo_module"
token_label = "$1"
pin_source = "file:$(demo_toml "$KEYWARD_HOME")/pins/$1.pin"
EOF
}

# demo_config ADDRESS: writes the configuration again at each start, because the port may have changed.
demo_config() {
    local home secret=request-fingerprint.key
    home=$(demo_toml "$KEYWARD_HOME")
    # A folder of an earlier version keeps its secret: it proves which key an object was made for.
    [ ! -f "$KEYWARD_HOME/idempotency.key" ] || secret=idempotency.key
    demo_write "$KEYWARD_HOME/keyward.toml" <<EOF
$demo_config_head
[http]
address = "$1"
port = $KEYWARD_PORT
trusted_network = $([ "$1" = 127.0.0.1 ] && echo false || echo true)

[policy]
request_fingerprint_secret_file = "$home/$secret"

[catalogue]
url = "sqlite://$home/keyward.db"
$(demo_environment production PRODUCTION)
$(demo_environment staging TEST)
EOF
}

# demo_keyward WORD…: runs a keyward command with the demonstration's configuration.
demo_keyward() { "$KEYWARD_BINARY" "$@" --config "$KEYWARD_HOME/keyward.toml"; }

# demo_has KIND NAME: whether `keyward KIND list` knows the name.
demo_has() {
    local list
    list=$(demo_keyward "$1" list --json)
    grep -qF "\"$2\"" <<<"$list"
}

demo_catalogue() {
    demo_has project $demo_project || demo_keyward project create $demo_project --environments production,staging >/dev/null
    demo_has user $demo_user || demo_keyward user create $demo_user >/dev/null
    demo_keyward grant $demo_user $demo_project SECRETS:MANAGE SECRETS:DEPLOY_UNDEPLOY SECRETS:USE >/dev/null
}

# demo_request METHOD PATH [BODY]: prints the body of the answer, then its status on a separate line.
demo_request() {
    local options body=${3:-}
    options="header = \"Authorization: Bearer $demo_bearer\""
    [ -z "$body" ] || options+=$'\n'"header = \"Content-Type: application/json\""$'\n'"data-binary = \"${body//\"/\\\"}\""
    curl -q --silent --show-error --noproxy '*' --max-time 60 --write-out '\n%{http_code}\n' --request "$1" \
        --config - "$demo_url$2" <<<"$options"
}

# Sets the bearer token: the last one if the service still accepts it, otherwise a new one. Needs the running service.
demo_bearer_token() {
    local env_file=$KEYWARD_HOME/demo.env status
    demo_bearer=
    if [ -r "$env_file" ]; then
        demo_bearer=$(sed -n 's/^KEYWARD_TOKEN=//p' "$env_file")
        status=$(demo_request GET "/apiops/projects/$demo_project/keys/demo/" | tail -n 1)
        [ "$status" != 401 ] || demo_bearer=
    fi
    [ -n "$demo_bearer" ] || demo_bearer=$(demo_keyward token create --user $demo_user --name demo)
    demo_write "$env_file" <<EOF
KEYWARD_URL=$demo_url
KEYWARD_PROJECT=$demo_project
KEYWARD_TOKEN=$demo_bearer
EOF
}

# Creates a key with new AES-256 content for each environment.
demo_first_key() {
    local name body answer
    name=demo-$(openssl rand -hex 4)
    body='{"name":"'$name'","keyType":"SECRET_KEY","algorithm":"AES","cryptoKeyInfoEnvironmentList":['
    body+='{"environmentName":"production","content":"'$(openssl rand -base64 32)'"},'
    body+='{"environmentName":"staging","content":"'$(openssl rand -base64 32)'"}]}'
    echo
    echo "POST $demo_url/apiops/projects/$demo_project/keys/"
    sed -E 's/("content":")[^"]*/\1(32 random bytes in base64)/g' <<<"$body"
    answer=$(demo_request POST "/apiops/projects/$demo_project/keys/" "$body")
    echo
    echo "$answer" | sed '$d'
    [ "$(tail -n 1 <<<"$answer")" = 200 ] || demo_fail "the service did not create the key: status $(tail -n 1 <<<"$answer")"
}

# demo_paste COMMAND: prints a curl command to paste; COMMAND loads the variables of demo.env into the shell.
demo_paste() {
    echo
    echo "Now yours, in another terminal:"
    echo
    cat <<EOF
$1 && curl -sS "\$KEYWARD_URL/apiops/projects/\$KEYWARD_PROJECT/keys/" -H "Authorization: Bearer \$KEYWARD_TOKEN" -H 'Content-Type: application/json' -d '{"name":"my-key-'\$(openssl rand -hex 4)'","keyType":"SECRET_KEY","algorithm":"AES","cryptoKeyInfoEnvironmentList":[{"environmentName":"production","content":"'\$(openssl rand -base64 32)'"},{"environmentName":"staging","content":"'\$(openssl rand -base64 32)'"}]}'
EOF
    echo
}

demo_port_is_busy() { (exec 3<>"/dev/tcp/127.0.0.1/$KEYWARD_PORT") 2>/dev/null; }

demo_stop() {
    demo_stopping=1
    kill -TERM "$demo_server" 2>/dev/null || true
}

# Waits until the service answers, or has ended; the service itself reports why.
demo_wait_until_live() {
    local deadline=$((SECONDS + 60))
    until curl -q --silent --fail --noproxy '*' --max-time 2 --output /dev/null "$demo_url/health/live"; do
        kill -0 "$demo_server" 2>/dev/null || return 1
        [ $SECONDS -lt $deadline ] || demo_fail "the service does not answer at $demo_url/health/live"
        sleep 0.1
    done
}

# Returns the service's exit status, after any number of signals.
demo_wait_for_end() {
    local status=0
    while :; do
        status=0
        wait "$demo_server" || status=$?
        kill -0 "$demo_server" 2>/dev/null || return $status
    done
}

# demo_main ADDRESS COMMAND: runs the whole demonstration, with the service in the foreground. Needs KEYWARD_HOME (an absolute path),
# KEYWARD_PORT and KEYWARD_BINARY. After SIGTERM or SIGINT, the service finishes its running requests.
demo_main() {
    demo_url=http://127.0.0.1:$KEYWARD_PORT
    demo_stopping=0
    umask 077
    demo_check_settings
    demo_port_is_busy && demo_fail "port $KEYWARD_PORT is in use already. Stop what listens there, or choose another: KEYWARD_PORT=8081"

    mkdir -p "$KEYWARD_HOME"
    export SOFTHSM2_CONF=$KEYWARD_HOME/softhsm2.conf
    printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$KEYWARD_HOME/tokens" |
        demo_write "$SOFTHSM2_CONF"
    mkdir -p "$KEYWARD_HOME/pins" "$KEYWARD_HOME/tokens"
    demo_token production
    demo_token staging
    demo_config "$1"
    demo_catalogue

    "$KEYWARD_BINARY" serve --config "$KEYWARD_HOME/keyward.toml" & # not through demo_keyward, which would be a separate shell
    demo_server=$!
    trap demo_stop TERM INT HUP
    trap 'demo_stop; wait "$demo_server" || true' EXIT
    if demo_wait_until_live; then
        demo_bearer_token
        demo_first_key
        demo_paste "$2"
        [ $demo_stopping -eq 1 ] || echo "keyward: ready"
    fi
    demo_wait_for_end
}
