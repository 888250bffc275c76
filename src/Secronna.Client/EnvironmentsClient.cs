using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>The operations on environments, and on all secrets of an environment at once.</summary>
public sealed class EnvironmentsClient
{
    private readonly ApiConnection connection;

    internal EnvironmentsClient(ApiConnection connection) => this.connection = connection;

    private static ProtocolJson Json => ProtocolJson.Default;

    /// <summary>Creates an environment in a project. Its slug is made from its name, and never changes.</summary>
    public Task<EnvironmentResponse> CreateAsync(string projectId, string name, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Create(OfProject(projectId), new NameRequest(name), ClientJson.Default.NameRequest),
            Json.EnvironmentResponse, cancellation);

    /// <summary>Lists the environments of a project, oldest first.</summary>
    public IAsyncEnumerable<EnvironmentResponse> ListAsync(string projectId, CancellationToken cancellation = default) =>
        connection.ListAsync(
            OfProject(projectId), Limits.PageMaximum, ClientJson.Default.IReadOnlyListEnvironmentResponse, cancellation);

    /// <summary>Gets an environment by its id.</summary>
    public Task<EnvironmentResponse> GetAsync(string environmentId, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get(Path(environmentId)), Json.EnvironmentResponse, cancellation);

    /// <summary>Finds an environment and its project by their slugs.</summary>
    public Task<EnvironmentPathResponse> FindAsync(string projectSlug, string slug, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Get(BySlug(projectSlug, slug)), Json.EnvironmentPathResponse, cancellation);

    /// <summary>Gets the id of an environment. A name that is an id is returned without a request.</summary>
    public async Task<string> GetIdAsync(EnvironmentName environment, CancellationToken cancellation = default) => environment.Id
        ?? (await FindAsync(environment.ProjectSlug!, environment.Slug!, cancellation).ConfigureAwait(false)).Environment.Id;

    /// <summary>Renames an environment. Its slug stays.</summary>
    public Task<EnvironmentResponse> RenameAsync(string environmentId, string name, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Patch(Path(environmentId), new NameRequest(name), ClientJson.Default.NameRequest),
            Json.EnvironmentResponse, cancellation);

    /// <summary>
    /// Changes an environment: its name, whether every reveal of its values must give a reason, or both. A field that is
    /// <c>null</c> stays as it is.
    /// </summary>
    public Task<EnvironmentResponse> ChangeAsync(
        string environmentId, EnvironmentChangeRequest change, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Patch(Path(environmentId), change, ClientJson.Default.EnvironmentChangeRequest),
            Json.EnvironmentResponse, cancellation);

    /// <summary>
    /// Deletes an environment with its secrets, irrevocably. Fails with CONFLICT where it has secrets and
    /// <paramref name="force"/> is <c>false</c>.
    /// </summary>
    /// <param name="environmentId">The environment's id.</param>
    /// <param name="force">Whether to delete the environment although it has secrets.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<DeletedResponse> DeleteAsync(string environmentId, bool force = false, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Delete(ApiRequest.WithQuery(Path(environmentId), ("force", force ? "true" : null))), Json.DeletedResponse, cancellation);

    /// <summary>Creates a secret, or mints the next version of an existing one.</summary>
    /// <param name="environmentId">The environment's id.</param>
    /// <param name="secret">
    /// The key and the value, of at most <see cref="Limits.ValueBytes"/> bytes. Where <see cref="WriteSecretRequest.ExpectedVersion"/>
    /// is given and another version is current, the write fails with CONFLICT; 0 means that the key must not exist yet.
    /// </param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<WrittenResponse> WriteAsync(string environmentId, WriteSecretRequest secret, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Mint(HttpMethod.Put, Path(environmentId) + "/secrets", secret, ClientJson.Default.WriteSecretRequest),
            Json.WrittenResponse, cancellation);

    /// <summary>Writes several secrets at one instant: all of them, or none where one is refused.</summary>
    /// <param name="environmentId">The environment's id.</param>
    /// <param name="batch">The writes: at most <see cref="Limits.BatchKeys"/>, of different keys.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<IReadOnlyList<WrittenResponse>> WriteAllAsync(string environmentId, BatchRequest batch, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Mint(HttpMethod.Post, Path(environmentId) + "/secrets/batch", batch, ClientJson.Default.BatchRequest),
            Json.IReadOnlyListWrittenResponse, cancellation);

    /// <summary>Lists the secrets of an environment in the byte order of their keys, without their values.</summary>
    /// <param name="environmentId">The environment's id.</param>
    /// <param name="at">A past time; <c>null</c> lists the current state.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public IAsyncEnumerable<SecretSummary> ListSecretsAsync(
        string environmentId, Instant? at = null, CancellationToken cancellation = default) => connection.ListAsync(
            ApiRequest.WithQuery(Path(environmentId) + "/secrets", ("at", at?.ToString())),
            Limits.PageMaximum, ClientJson.Default.IReadOnlyListSecretSummary, cancellation);

    /// <summary>
    /// Reveals the secrets of an environment, or some of them, as they are or as they stood at a time. Each value leaves an
    /// audit entry.
    /// </summary>
    /// <param name="environment">The environment.</param>
    /// <param name="keys">
    /// The keys to reveal; <c>null</c> reveals all. A key that does not exist makes the request fail with NOT_FOUND.
    /// </param>
    /// <param name="at">A past time; <c>null</c> reveals the current state.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<RevealEnvironmentResponse> RevealAsync(
        EnvironmentName environment, IReadOnlyList<string>? keys = null, Instant? at = null, CancellationToken cancellation = default) =>
        connection.SendAsync(Reveal(environment, keys, at), ClientJson.Default.RevealEnvironmentResponse, cancellation);

    /// <summary>
    /// Reveals the secrets of an environment, if they changed since a known revision. If the revision is still current, the
    /// result is <c>null</c>, and the server decrypts nothing and records nothing.
    /// </summary>
    /// <param name="environment">The environment.</param>
    /// <param name="revision">The revision of the last reveal with the same keys.</param>
    /// <param name="keys">
    /// The keys to reveal; <c>null</c> reveals all. A key that does not exist makes the request fail with NOT_FOUND.
    /// </param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<RevealEnvironmentResponse?> RevealIfChangedAsync(
        EnvironmentName environment, string revision, IReadOnlyList<string>? keys = null, CancellationToken cancellation = default) =>
        connection.SendUnlessKnownAsync(
            Reveal(environment, keys, null) with { KnownRevision = revision }, ClientJson.Default.RevealEnvironmentResponse, cancellation);

    /// <summary>Lists what happened to the secrets of an environment, newest change first.</summary>
    public IAsyncEnumerable<HistoryResponse> ListHistoryAsync(string environmentId, CancellationToken cancellation = default) =>
        connection.ListAsync(
            Path(environmentId) + "/history", Limits.PageMaximum, ClientJson.Default.IReadOnlyListHistoryResponse, cancellation);

    /// <summary>Lists the secrets of an environment with their last reveals, in the byte order of their keys.</summary>
    public IAsyncEnumerable<SecretReadsResponse> ListReadsAsync(string environmentId, CancellationToken cancellation = default) =>
        connection.ListAsync(
            Path(environmentId) + "/reads", Limits.PageMaximum, ClientJson.Default.IReadOnlyListSecretReadsResponse, cancellation);

    /// <summary>Restores an environment to how it stood at a time or, as a dry run, says what that would change.</summary>
    public Task<RestoreResponse> RestoreAsync(string environmentId, RestoreRequest restore, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Mint(HttpMethod.Post, Path(environmentId) + "/restore", restore, ClientJson.Default.RestoreRequest),
            Json.RestoreResponse, cancellation);

    /// <summary>Compares two environments key by key. The answer holds no values.</summary>
    public Task<IReadOnlyList<CompareResponse>> CompareAsync(
        string environmentId, CompareRequest compare, CancellationToken cancellation = default) => connection.SendAsync(
            ApiRequest.Read(Path(environmentId) + "/compare", compare, ClientJson.Default.CompareRequest),
            Json.IReadOnlyListCompareResponse, cancellation);

    private static ApiRequest Reveal(EnvironmentName environment, IReadOnlyList<string>? keys, Instant? at) => ApiRequest.Read(
        (environment.Id is { } id ? Path(id) : BySlug(environment.ProjectSlug!, environment.Slug!)) + "/reveal",
        new RevealEnvironmentRequest(keys, at), ClientJson.Default.RevealEnvironmentRequest);

    private static string Path(string environmentId) => "/environments/" + ApiRequest.Escape(environmentId);

    private static string OfProject(string projectId) => $"/projects/{ApiRequest.Escape(projectId)}/environments";

    private static string BySlug(string project, string environment) =>
        $"/projects/by-slug/{ApiRequest.Escape(project)}/environments/{ApiRequest.Escape(environment)}";
}
