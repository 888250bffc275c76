using Secronna.Client.Http;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>The operations on projects and their KEKs.</summary>
public sealed class ProjectsClient
{
    private readonly ApiConnection connection;

    internal ProjectsClient(ApiConnection connection) => this.connection = connection;

    private static ProtocolJson Json => ProtocolJson.Default;

    /// <summary>Creates a project. Its slug is made from its name, and never changes.</summary>
    public Task<ProjectResponse> CreateAsync(string name, CancellationToken cancellation = default) => connection.SendAsync(
        ApiRequest.Create("/projects", new NameRequest(name), ClientJson.Default.NameRequest), Json.ProjectResponse, cancellation);

    /// <summary>Lists the projects, oldest first.</summary>
    public IAsyncEnumerable<ProjectResponse> ListAsync(CancellationToken cancellation = default) =>
        connection.ListAsync("/projects", Limits.PageMaximum, ClientJson.Default.IReadOnlyListProjectResponse, cancellation);

    /// <summary>Gets a project by its id (<c>proj_…</c>) or its slug.</summary>
    public Task<ProjectResponse> GetAsync(string project, CancellationToken cancellation = default) => connection.SendAsync(
        ApiRequest.Get(IsId(project) ? Path(project) : "/projects/by-slug/" + ApiRequest.Escape(project)), Json.ProjectResponse, cancellation);

    /// <summary>Gets the id of a project that is named by its id or its slug. An id is returned without a request.</summary>
    public async Task<string> GetIdAsync(string project, CancellationToken cancellation = default) =>
        IsId(project) ? project : (await GetAsync(project, cancellation).ConfigureAwait(false)).Id;

    /// <summary>Renames a project. Its slug stays.</summary>
    public Task<ProjectResponse> RenameAsync(string projectId, string name, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Patch(Path(projectId), new NameRequest(name), ClientJson.Default.NameRequest), Json.ProjectResponse, cancellation);

    /// <summary>
    /// Deletes a project with its environments and secrets, and destroys its KEKs. Fails with CONFLICT where it has secrets
    /// and <paramref name="force"/> is <c>false</c>.
    /// </summary>
    /// <param name="projectId">The project's id.</param>
    /// <param name="force">Whether to delete the project although it has secrets.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task<DeletedResponse> DeleteAsync(string projectId, bool force = false, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Delete(ApiRequest.WithQuery(Path(projectId), ("force", force ? "true" : null))), Json.DeletedResponse, cancellation);

    /// <summary>Lists the KEKs of a project, oldest first.</summary>
    public IAsyncEnumerable<KekResponse> ListKeysAsync(string projectId, CancellationToken cancellation = default) =>
        connection.ListAsync(Path(projectId) + "/keys", Limits.PageMaximum, ClientJson.Default.IReadOnlyListKekResponse, cancellation);

    /// <summary>Gives a project a new KEK. The server re-wraps the project's data keys under it in the background (S9).</summary>
    public Task<KekResponse> RotateKeysAsync(string projectId, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Create(Path(projectId) + "/keys/rotate"), Json.KekResponse, cancellation);

    private static bool IsId(string project) => project.StartsWith(Ids.Project, StringComparison.Ordinal);

    private static string Path(string projectId) => "/projects/" + ApiRequest.Escape(projectId);
}
