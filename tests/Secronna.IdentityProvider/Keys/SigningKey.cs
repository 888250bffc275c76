using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Secronna.IdentityProvider.Keys;

/// <summary>A private signing key with its key id. It signs any bytes, so that tests can make tokens that no provider would.</summary>
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

    /// <summary>The key id in token headers and in the JWKS.</summary>
    public string Kid { get; }

    /// <summary>The public key as SubjectPublicKeyInfo, in DER.</summary>
    public byte[] PublicSpki => key.ExportSubjectPublicKeyInfo();

    /// <summary>The public key as SubjectPublicKeyInfo, in PEM.</summary>
    public string PublicPem => key.ExportSubjectPublicKeyInfoPem();

    /// <summary>
    /// Generates a key. Its tokens are not valid as long as the provider does not have the key, even if it has a known key's id.
    /// </summary>
    public static SigningKey Create(SigningAlgorithm algorithm = SigningAlgorithm.ES256, string? kid = null)
    {
        AsymmetricAlgorithm key = algorithm is SigningAlgorithm.RS256
            ? RSA.Create(2048)
            : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new SigningKey(algorithm, kid ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)), key);
    }

    /// <summary>Signs in the format of JWS.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => key is RSA rsa
        ? rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : ((ECDsa)key).SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Signs in the DER format of X.509, which is not valid in JWS. For ES256 only.</summary>
    public byte[] SignDer(ReadOnlySpan<byte> data) =>
        ((ECDsa)key).SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    internal SigningCredentials ToCredentials()
    {
        SecurityKey named = key is RSA rsa ? new RsaSecurityKey(rsa) : new ECDsaSecurityKey((ECDsa)key);
        named.KeyId = Kid;
        return new SigningCredentials(named, Algorithm.ToString());
    }
}
