#!/usr/bin/env bash
# Makes the seeds that hold a private key, and the formats of public keys that only openssl writes.
#
#   make_seeds.sh FOLDER      in FOLDER/keys; FOLDER/made is written at the end
set -euo pipefail

folder=$1
rm -rf "$folder"
mkdir -p "$folder/keys"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# formats NAME: every format of the key in $work/NAME.
formats() {
    local pem=$work/$1 out=$folder/keys/$1
    openssl pkcs8 -topk8 -nocrypt -in "$pem" -out "$out-pkcs8.pem"
    openssl pkcs8 -topk8 -nocrypt -in "$pem" -outform DER -out "$out-pkcs8.der"
    openssl pkey -in "$pem" -outform DER -out "$out-traditional.der" # not PKCS#8, except of Ed25519
    openssl pkey -in "$pem" -pubout -out "$out-public.pem"
    openssl pkey -in "$pem" -pubout -outform DER -out "$out-public.der"
    openssl req -x509 -new -days 1 -subj /CN=k -key "$pem" -out "$out-certificate.pem"
    openssl req -x509 -new -days 1 -subj /CN=k -key "$pem" -outform DER -out "$out-certificate.der"
    openssl req -new -subj /CN=k -key "$pem" -outform DER -out "$out-request.der"
    openssl pkcs8 -topk8 -in "$pem" -passout pass:seed -outform DER -out "$out-encrypted.der"
}
# Small RSA keys, whose checks are fast.
for bits in 512 1024; do openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$bits" -out "$work/rsa$bits"; done
for curve in prime256v1 secp384r1 secp521r1 secp256k1; do
    openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "$work/$curve"
done
openssl genpkey -algorithm ED25519 -out "$work/ed25519"
for key in rsa512 rsa1024 prime256v1 secp384r1 secp521r1 secp256k1 ed25519; do formats "$key"; done
openssl rsa -in "$work/rsa512" -RSAPublicKey_out -outform DER -out "$folder/keys/rsa512-pkcs1-public.der"
openssl ec -in "$work/prime256v1" -no_public -outform DER -out "$folder/keys/prime256v1-no-public.der"
for size in 8 16 24 32 64; do openssl rand -out "$folder/keys/secret$size" "$size"; done
{
    echo "-----BEGIN CERTIFICATE-----"
    base64 -w 64 "$folder/keys/secret32"
    echo "-----END CERTIFICATE-----"
} >"$folder/keys/certutil32.pem"
touch "$folder/made"
