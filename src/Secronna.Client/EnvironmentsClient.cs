using Secronna.Client.Connection;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>Environments, and all secrets of one.</summary>
public sealed class EnvironmentsClient
{
    private readonly ApiConnection connection;

    internal EnvironmentsClient(ApiConnection connection) => this.connection = connection;

    private static ProtocolJson Json => ProtocolJson.Default;

    /// <summary>Creates an environment in a project. Its slug is made from its name.</summary>
    public Task<EnvironmentResponse> CreateAsync(string projectId, string name, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Create(OfProject(projectId), new NameRequest(name), ClientJson.Default.NameRequest),
            Json.EnvironmentResponse, cancellation);

    /// <summary>A project's environments, the oldest first.</summary>
    public IAsyncEnumerable<EnvironmentResponse> ListAsync(string projectId, CancellationToken cancellation = default) =>
        connection.ListAsync(
            OfProject(projectId), Limits.PageMaximum, ClientJson.Default.IReadOnlyListEnvironmentResponse, cancellation);

    /// <summary>An environment.</summary>
    public Task<EnvironmentResponse> GetAsync(string environmentId, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get(Path(environmentId)), Json.EnvironmentResponse, cancellation);

    /// <summary>The environment with these slugs, and its project.</summary>
    public Task<EnvironmentPathResponse> FindAsync(string projectSlug, string slug, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get(BySlug(projectSlug, slug)), Json.EnvironmentPathResponse, cancellation);

    /// <summary>An environment's id, whichever way it is named.</summary>
    public async Task<string> GetIdAsync(EnvironmentName environment, CancellationToken cancellation = default) => environment.Id
        ?? (await FindAsync(environment.ProjectSlug!, environment.Slug!, cancellation).ConfigureAwait(false)).Environment.Id;

    /// <summary>Renames an environment; its slug stays.</summary>
    public Task<EnvironmentResponse> RenameAsync(string environmentId, string name, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Patch(Path(environmentId), new NameRequest(name), ClientJson.Default.NameRequest),
            Json.EnvironmentResponse, cancellation);

    /// <summary>Deletes an environment with its secrets.</summary>
    /// <param name="environmentId">Which.</param>
    /// <param name="force">Also where it has secrets.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<DeletedResponse> DeleteAsync(string environmentId, bool force = false, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Delete(ApiRequest.Query(Path(environmentId), ("force", force ? "true" : null))), Json.DeletedResponse, cancellation);

    /// <summary>Creates a key or mints its next version.</summary>
    /// <param name="environmentId">Where.</param>
    /// <param name="secret">The key, the value, and, if given, the version that must be current: 0 for none yet.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<WrittenResponse> WriteAsync(string environmentId, WriteSecretRequest secret, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Mint(HttpMethod.Put, Path(environmentId) + "/secrets", secret, ClientJson.Default.WriteSecretRequest),
            Json.WrittenResponse, cancellation);

    /// <summary>Writes many keys at one instant, all or nothing.</summary>
    /// <param name="environmentId">Where.</param>
    /// <param name="batch">At most <see cref="Limits.BatchKeys"/> keys.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<IReadOnlyList<WrittenResponse>> WriteAllAsync(string environmentId, BatchRequest batch, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Mint(HttpMethod.Post, Path(environmentId) + "/secrets/batch", batch, ClientJson.Default.BatchRequest),
            Json.IReadOnlyListWrittenResponse, cancellation);

    /// <summary>An environment's secrets, ordered by key, without their values.</summary>
    /// <param name="environmentId">Which.</param>
    /// <param name="at">As they stood at a time; null is now.</param>
    /// <param name="cancellation">Ends it.</param>
    public IAsyncEnumerable<SecretSummary> ListSecretsAsync(
        string environmentId, Instant? at = null, CancellationToken cancellation = default) => connection.ListAsync(
            ApiRequest.Query(Path(environmentId) + "/secrets", ("at", at?.ToString())),
            Limits.PageMaximum, ClientJson.Default.IReadOnlyListSecretSummary, cancellation);

    /// <summary>The values of an environment, or of some of its keys, as they are or as they stood at a time. Each leaves a record.</summary>
    /// <param name="environment">Which.</param>
    /// <param name="keys">Which keys, all of which must be there; null is all.</param>
    /// <param name="at">The time; null is now.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<RevealEnvironmentResponse> RevealAsync(
        EnvironmentName environment, IReadOnlyList<string>? keys = null, Instant? at = null, CancellationToken cancellation = default) =>
        connection.SendAsync(Reveal(environment, keys, at), ClientJson.Default.RevealEnvironmentResponse, cancellation);

    /// <summary>
    /// The same, unless it is what the caller has already: then null, and nothing is decrypted or recorded.
    /// </summary>
    /// <param name="environment">Which.</param>
    /// <param name="revision">The revision that the caller has.</param>
    /// <param name="keys">Which keys, all of which must be there; null is all.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<RevealEnvironmentResponse?> RevealIfChangedAsync(
        EnvironmentName environment, string revision, IReadOnlyList<string>? keys = null, CancellationToken cancellation = default) =>
        connection.SendUnlessKnownAsync(
            Reveal(environment, keys, null) with { KnownRevision = revision }, ClientJson.Default.RevealEnvironmentResponse, cancellation);

    /// <summary>What happened to an environment's secrets, newest first.</summary>
    public IAsyncEnumerable<HistoryResponse> ListHistoryAsync(string environmentId, CancellationToken cancellation = default) =>
        connection.ListAsync(
            Path(environmentId) + "/history", Limits.PageMaximum, ClientJson.Default.IReadOnlyListHistoryResponse, cancellation);

    /// <summary>Brings an environment back to how it stood at a time, or says what that would do.</summary>
    public Task<RestoreResponse> RestoreAsync(string environmentId, RestoreRequest restore, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Mint(HttpMethod.Post, Path(environmentId) + "/restore", restore, ClientJson.Default.RestoreRequest),
            Json.RestoreResponse, cancellation);

    /// <summary>How two environments differ, key by key, without values.</summary>
    public Task<IReadOnlyList<CompareResponse>> CompareAsync(
        string environmentId, CompareRequest compare, CancellationToken cancellation = default) => connection.SendAsync(
            ApiRequest.Read(Path(environmentId) + "/compare", compare, ClientJson.Default.CompareRequest),
            Json.IReadOnlyListCompareResponse, cancellation);

    private static ApiRequest Reveal(EnvironmentName environment, IReadOnlyList<string>? keys, Instant? at) => ApiRequest.Read(
        (environment.Id is { } id ? Path(id) : BySlug(environment.ProjectSlug!, environment.Slug!)) + "/reveal",
        new RevealEnvironmentRequest(keys, at), ClientJson.Default.RevealEnvironmentRequest);

    private static string Path(string environmentId) => "/environments/" + ApiRequest.Part(environmentId);

    private static string OfProject(string projectId) => $"/projects/{ApiRequest.Part(projectId)}/environments";

    private static string BySlug(string project, string environment) =>
        $"/projects/by-slug/{ApiRequest.Part(project)}/environments/{ApiRequest.Part(environment)}";
}
