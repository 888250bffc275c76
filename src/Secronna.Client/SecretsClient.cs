using System.Globalization;
using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>The operations on single secrets.</summary>
public sealed class SecretsClient
{
    private readonly ApiConnection connection;

    internal SecretsClient(ApiConnection connection) => this.connection = connection;

    private static ProtocolJson Json => ProtocolJson.Default;

    /// <summary>Gets a secret and where it lives, without its value.</summary>
    public Task<SecretResponse> GetAsync(SecretName secret, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get(secret.Id is { } id ? Path(id) : ByPath(secret.Path!)), Json.SecretResponse, cancellation);

    /// <summary>Gets the id of a secret. A name that is an id is returned without a request.</summary>
    public async Task<string> GetIdAsync(SecretName secret, CancellationToken cancellation = default) =>
        secret.Id ?? (await GetAsync(secret, cancellation).ConfigureAwait(false)).Id;

    /// <summary>Reveals the value of a secret, which leaves an audit entry.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="version">The version's number; <c>null</c> reveals the current version.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public async Task<RevealResponse> RevealAsync(SecretName secret, int? version = null, CancellationToken cancellation = default)
    {
        if (secret.Id is { } id)
        {
            return await connection.SendAsync(
                ApiRequest.Read(ApiRequest.WithQuery(Path(id) + "/reveal", ("version", version?.ToString(CultureInfo.InvariantCulture)))),
                ClientJson.Default.RevealResponse, cancellation).ConfigureAwait(false);
        }

        var found = await connection.SendAsync(
            ApiRequest.Read("/reveal", new RevealPathRequest(secret.Path!, version), ClientJson.Default.RevealPathRequest),
            ClientJson.Default.RevealPathResponse, cancellation).ConfigureAwait(false);
        return new RevealResponse(found.Key, found.Version, found.Value);
    }

    /// <summary>Lists the versions of a secret, newest first, without their values.</summary>
    public IAsyncEnumerable<VersionResponse> ListVersionsAsync(string secretId, CancellationToken cancellation = default) =>
        connection.ListAsync(
            Path(secretId) + "/versions", Limits.PageMaximum, ClientJson.Default.IReadOnlyListVersionResponse, cancellation);

    /// <summary>Lists the reads of a secret, page by page. Each page has all days, and a further part of the versions and actors.</summary>
    public IAsyncEnumerable<SecretReadersResponse> ListReadsAsync(string secretId, CancellationToken cancellation = default) =>
        connection.ListPagesAsync(Path(secretId) + "/reads", Limits.PageMaximum, Json.SecretReadersResponse, cancellation);

    /// <summary>Mints a version with the value of an earlier version.</summary>
    public Task<WrittenResponse> RollBackAsync(string secretId, RollbackRequest rollback, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Mint(HttpMethod.Post, Path(secretId) + "/rollback", rollback, ClientJson.Default.RollbackRequest),
            Json.WrittenResponse, cancellation);

    /// <summary>Deletes a secret. The values of all its versions are destroyed, irrevocably.</summary>
    public Task<DeletedResponse> DeleteAsync(string secretId, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Delete(Path(secretId)), Json.DeletedResponse, cancellation);

    /// <summary>
    /// Destroys the value of one version, irrevocably. The current version can't be destroyed: write a new value first.
    /// </summary>
    public Task<DestroyedResponse> DestroyVersionAsync(string secretId, int version, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Delete($"{Path(secretId)}/versions/{version.ToString(CultureInfo.InvariantCulture)}"), Json.DestroyedResponse,
            cancellation);

    private static string Path(string secretId) => "/secrets/" + ApiRequest.Escape(secretId);

    private static string ByPath(string path) => path.Split('/') is [var project, var environment, var key]
        ? $"/projects/by-slug/{ApiRequest.Escape(project)}/environments/{ApiRequest.Escape(environment)}/secrets/{ApiRequest.Escape(key)}"
        : throw ClientErrors.Invalid("a secret's path is project/environment/KEY");
}
