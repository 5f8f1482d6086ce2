package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// identity is who a certificate speaks for: the common name is the user, the organization its group.
type identity struct {
	name         string
	commonName   string
	organization string
}

var identities = []identity{
	{name: "apiserver", commonName: "kube-apiserver"},
	{name: "proxy", commonName: "fault-proxy"},
	{name: "admin", commonName: "admin", organization: "system:masters"},
	{name: "controller-manager", commonName: "system:kube-controller-manager"},
}

// identitiesOfNode are the further ones of a cluster that runs pods.
func identitiesOfNode(node string) []identity {
	return []identity{
		{name: "scheduler", commonName: "system:kube-scheduler"},
		{name: "kubelet", commonName: "system:node:" + node, organization: "system:nodes"},
		{name: "kube-proxy", commonName: "system:kube-proxy"},
	}
}

// writeCertificates fills a folder with <name>.crt and <name>.key for each identity, the authority that signed them
// (ca.crt) and the key pair of service-account tokens (service-accounts.key, .pub). All are good for this machine's
// loopback, for the node's address where there is one, and for a day: a test's cluster lives for minutes.
func writeCertificates(args []string) error {
	if len(args) != 1 && len(args) != 3 {
		return errors.New("usage: kubernetes certs FOLDER [NODE ADDRESS]")
	}
	folder, whose, addresses := args[0], identities, loopback
	if len(args) == 3 {
		address := net.ParseIP(args[2])
		if address == nil {
			return errors.New("not an address: " + args[2])
		}
		whose = append(whose, identitiesOfNode(args[1])...)
		addresses = append(addresses, address)
	}
	authorityKey, err := newKey()
	if err != nil {
		return err
	}
	authority := certificate("test-ca", "", addresses)
	authority.IsCA = true
	authority.BasicConstraintsValid = true
	authority.KeyUsage |= x509.KeyUsageCertSign
	if err := sign(folder, "ca", authority, authority, authorityKey, authorityKey); err != nil {
		return err
	}
	for _, who := range whose {
		key, err := newKey()
		if err != nil {
			return err
		}
		leaf := certificate(who.commonName, who.organization, addresses)
		if err := sign(folder, who.name, leaf, authority, key, authorityKey); err != nil {
			return err
		}
	}
	return writeTokenKeys(folder)
}

func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// loopback, and what the service of the API server gets of the range in apiServerFlags.
var loopback = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)}

func certificate(commonName, organization string, addresses []net.IP) *x509.Certificate {
	subject := pkix.Name{CommonName: commonName}
	if organization != "" {
		subject.Organization = []string{organization}
	}
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      subject,
		DNSNames:     []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses:  addresses,
		// An hour back: the wall clock of a virtual machine may step while a test runs.
		NotBefore:   time.Now().Add(-time.Hour),
		NotAfter:    time.Now().Add(24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
}

func sign(folder, name string, subject, issuer *x509.Certificate, key, issuerKey *ecdsa.PrivateKey) error {
	der, err := x509.CreateCertificate(rand.Reader, subject, issuer, key.Public(), issuerKey)
	if err != nil {
		return err
	}
	if err := writePem(folder, name+".crt", "CERTIFICATE", der); err != nil {
		return err
	}
	return writeKey(folder, name+".key", key)
}

func writeTokenKeys(folder string) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := writePem(folder, "service-accounts.pub", "PUBLIC KEY", public); err != nil {
		return err
	}
	return writeKey(folder, "service-accounts.key", key)
}

// writeKey uses the SEC1 form: the token signer of Kubernetes reads EC keys in no other.
func writeKey(folder, file string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePem(folder, file, "EC PRIVATE KEY", der)
}

func writePem(folder, file, kind string, der []byte) error {
	block := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	return os.WriteFile(filepath.Join(folder, file), block, 0o600)
}
