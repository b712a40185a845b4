#!/usr/bin/env bash
# Makes a checkout an installation, and again after each change of the checkout. Debian or Ubuntu, Python 3.11 or 3.12.
#
#   git clone … /opt/rettvis && /opt/rettvis/connectors/deploy/install.sh            the environment, the model, a look
#   sudo /opt/rettvis/connectors/deploy/install.sh --service                         the same, and as a service of systemd
#
# Without --service, it then runs with:  set -a; . ./rettvis.env; set +a; .venv/bin/rettvis serve
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD
service=${1:-}
settings=$here/rettvis.env
var=$here/var
if [ "$service" = --service ]; then
  [ "$here" = /opt/rettvis ] || { echo "The units name /opt/rettvis: install it there, or change them." >&2; exit 1; }
  settings=/etc/rettvis.env
  var=/var/lib/rettvis
fi

say() { echo "== $*"; }

if [ "$service" = --service ]; then
  say "what the system must have, and a user of its own"
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends python3-venv libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-core >/dev/null
  id rettvis >/dev/null 2>&1 || useradd --system --home-dir $var --shell /usr/sbin/nologin rettvis
  install -d -o rettvis -g rettvis -m 0700 $var /var/backups/rettvis
fi

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
  say "uv, in a folder of the checkout"
  python3 -m venv .tools
  .tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9'
  uv=.tools/bin/uv
fi
say "the locked environment"
# compiled now: the service may not write here, and would compile all it imports at every start
"$uv" sync --frozen --no-dev --quiet --compile-bytecode
.venv/bin/python -m compileall -q bot connectors knowledge

if [ ! -f "$settings" ]; then
  say "settings with a new key: $settings"
  key=$(python3 -c 'import secrets; print(secrets.token_urlsafe(48))')
  (umask 077 && sed "s|^SECRET_KEY=.*|SECRET_KEY=$key|" connectors/deploy/rettvis.env.example > "$settings")
fi
# read, not run: values may have characters that mean something to a shell
while IFS= read -r line; do
  case $line in [A-Z]*=*) export "${line?}" ;; esac
done < "$settings"
export RETTVIS_VAR=${RETTVIS_VAR:-$var}

say "translations and the assistant (the first time a few minutes)"
.venv/bin/rettvis locales compile >/dev/null
.venv/bin/rettvis train

if [ "$service" = --service ]; then
  say "the service, and a copy each night"
  chown -R rettvis:rettvis $var locales bot/assistant/examples
  chown root:rettvis "$settings" && chmod 0640 "$settings"
  cp connectors/deploy/rettvis{.service,-backup.service,-backup.timer} /etc/systemd/system/
  systemctl daemon-reload
  systemctl enable --now rettvis-backup.timer
  systemctl enable rettvis
  systemctl restart rettvis
fi
say "a look at it"
.venv/bin/rettvis doctor
