namespace Secronna.IdentityProvider.Keys;

/// <summary>A signature algorithm, by its JWS name (RFC 7518).</summary>
public enum SigningAlgorithm
{
    /// <summary>ECDSA over P-256 with SHA-256. The signature is R and S, 32 bytes each.</summary>
    ES256,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256, with a key of 2048 bits.</summary>
    RS256,
}
