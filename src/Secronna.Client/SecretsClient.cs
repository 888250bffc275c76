using System.Globalization;
using Secronna.Client.Connection;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>Single secrets, named by their ids or paths.</summary>
public sealed class SecretsClient
{
    private readonly ApiConnection connection;

    internal SecretsClient(ApiConnection connection) => this.connection = connection;

    private static ProtocolJson Json => ProtocolJson.Default;

    /// <summary>A secret and where it lives, without its value.</summary>
    public Task<SecretResponse> GetAsync(SecretName secret, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get(secret.Id is { } id ? Path(id) : ByPath(secret.Path!)), Json.SecretResponse, cancellation);

    /// <summary>A secret's id, whichever way it is named.</summary>
    public async Task<string> GetIdAsync(SecretName secret, CancellationToken cancellation = default) =>
        secret.Id ?? (await GetAsync(secret, cancellation).ConfigureAwait(false)).Id;

    /// <summary>A secret's value, which leaves a record.</summary>
    /// <param name="secret">Which.</param>
    /// <param name="version">Which version; null is the current one.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<RevealResponse> RevealAsync(SecretName secret, int? version = null, CancellationToken cancellation = default)
    {
        if (secret.Id is { } id)
        {
            return await connection.SendAsync(
                ApiRequest.Read(ApiRequest.Query(Path(id) + "/reveal", ("version", version?.ToString(CultureInfo.InvariantCulture)))),
                ClientJson.Default.RevealResponse, cancellation).ConfigureAwait(false);
        }

        var found = await connection.SendAsync(
            ApiRequest.Read("/reveal", new RevealPathRequest(secret.Path!, version), ClientJson.Default.RevealPathRequest),
            ClientJson.Default.RevealPathResponse, cancellation).ConfigureAwait(false);
        return new RevealResponse(found.Key, found.Version, found.Value);
    }

    /// <summary>A secret's versions, newest first, without their values.</summary>
    public IAsyncEnumerable<VersionResponse> ListVersionsAsync(string secretId, CancellationToken cancellation = default) =>
        connection.ListAsync(
            Path(secretId) + "/versions", Limits.PageMaximum, ClientJson.Default.IReadOnlyListVersionResponse, cancellation);

    /// <summary>Mints a version with the value of an earlier one.</summary>
    public Task<WrittenResponse> RollBackAsync(string secretId, RollbackRequest rollback, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Mint(HttpMethod.Post, Path(secretId) + "/rollback", rollback, ClientJson.Default.RollbackRequest),
            Json.WrittenResponse, cancellation);

    /// <summary>Deletes a secret; its values are destroyed and do not come back.</summary>
    public Task<DeletedResponse> DeleteAsync(string secretId, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Delete(Path(secretId)), Json.DeletedResponse, cancellation);

    private static string Path(string secretId) => "/secrets/" + ApiRequest.Part(secretId);

    private static string ByPath(string path) => path.Split('/') is [var project, var environment, var key]
        ? $"/projects/by-slug/{ApiRequest.Part(project)}/environments/{ApiRequest.Part(environment)}/secrets/{ApiRequest.Part(key)}"
        : throw Errors.Invalid("a secret's path is project/environment/KEY");
}
