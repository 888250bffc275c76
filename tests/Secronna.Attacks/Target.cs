namespace Secronna.Attacks;

/// <summary>The server under attack, and what the attacker has there: credentials and data of a workspace of its own.</summary>
/// <param name="Url">The server's plain address.</param>
/// <param name="TlsUrl">The server's address with TLS. HTTP/2 needs it.</param>
/// <param name="AdminToken">An API key of the attacker's workspace.</param>
/// <param name="ListToken">An access key that may only list one key pattern, which matches nothing.</param>
/// <param name="WriteToken">An access key that may only write.</param>
/// <param name="RevealToken">An access key that may only reveal.</param>
/// <param name="ProjectId">The attacker's project.</param>
/// <param name="EnvironmentId">An environment with the secrets of <paramref name="SecretIds"/>, whose values are large.</param>
/// <param name="DeletedEnvironmentId">An environment with many deleted secrets.</param>
/// <param name="WideEnvironmentId">An environment with as many small secrets as one may have, each written twice.</param>
/// <param name="WideInstants">Two instants between which every value of the wide environment changed.</param>
/// <param name="SecretIds">The secrets of the environment.</param>
/// <param name="Before">An instant at which the environments were full.</param>
internal sealed record Target(
    Uri Url, Uri TlsUrl, string AdminToken, string ListToken, string WriteToken, string RevealToken, string ProjectId,
    string EnvironmentId, string DeletedEnvironmentId, string WideEnvironmentId, IReadOnlyList<string> WideInstants,
    IReadOnlyList<string> SecretIds, string Before);
