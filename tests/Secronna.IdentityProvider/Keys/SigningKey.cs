using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Secronna.IdentityProvider.Keys;

/// <summary>A private key with its name. It can sign anything, so that tests can make what a provider never would.</summary>
public sealed class SigningKey
{
    private readonly AsymmetricAlgorithm key;

    private SigningKey(SigningAlgorithm algorithm, string kid, AsymmetricAlgorithm key)
    {
        Algorithm = algorithm;
        Kid = kid;
        this.key = key;
    }

    public SigningAlgorithm Algorithm { get; }

    /// <summary>The name by which headers and the JWKS call it.</summary>
    public string Kid { get; }

    /// <summary>The public key as SubjectPublicKeyInfo, in DER.</summary>
    public byte[] PublicSpki => key.ExportSubjectPublicKeyInfo();

    /// <summary>The public key as SubjectPublicKeyInfo, in PEM.</summary>
    public string PublicPem => key.ExportSubjectPublicKeyInfoPem();

    /// <summary>A new key. One that the provider never had is a stranger's, also if it takes a known key's name.</summary>
    public static SigningKey Create(SigningAlgorithm algorithm = SigningAlgorithm.ES256, string? kid = null)
    {
        AsymmetricAlgorithm key = algorithm is SigningAlgorithm.RS256
            ? RSA.Create(2048)
            : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new SigningKey(algorithm, kid ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)), key);
    }

    /// <summary>Signs as JWS has it.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => key is RSA rsa
        ? rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : ((ECDsa)key).SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Signs as X.509 has it, which is not how JWS has it. ES256 only.</summary>
    public byte[] SignDer(ReadOnlySpan<byte> data) =>
        ((ECDsa)key).SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    internal SigningCredentials ToCredentials()
    {
        SecurityKey named = key is RSA rsa ? new RsaSecurityKey(rsa) : new ECDsaSecurityKey((ECDsa)key);
        named.KeyId = Kid;
        return new SigningCredentials(named, Algorithm.ToString());
    }
}
