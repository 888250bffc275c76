using Secronna.Client.Connection;
using Secronna.Protocol;

namespace Secronna.Client;

/// <summary>Projects and their KEKs.</summary>
public sealed class ProjectsClient
{
    private readonly ApiConnection connection;

    internal ProjectsClient(ApiConnection connection) => this.connection = connection;

    private static ProtocolJson Json => ProtocolJson.Default;

    /// <summary>Creates a project. Its slug is made from its name.</summary>
    public Task<ProjectResponse> CreateAsync(string name, CancellationToken cancellation = default) => connection.SendAsync(
        ApiRequest.Create("/projects", new NameRequest(name), ClientJson.Default.NameRequest), Json.ProjectResponse, cancellation);

    /// <summary>The projects, the oldest first.</summary>
    public IAsyncEnumerable<ProjectResponse> ListAsync(CancellationToken cancellation = default) =>
        connection.ListAsync("/projects", Limits.PageMaximum, ClientJson.Default.IReadOnlyListProjectResponse, cancellation);

    /// <summary>The project with an id (<c>proj_…</c>) or a slug.</summary>
    public Task<ProjectResponse> GetAsync(string project, CancellationToken cancellation = default) => connection.SendAsync(
        ApiRequest.Get(IsId(project) ? Path(project) : "/projects/by-slug/" + ApiRequest.Part(project)), Json.ProjectResponse, cancellation);

    /// <summary>A project's id, whichever way it is named.</summary>
    public async Task<string> GetIdAsync(string project, CancellationToken cancellation = default) =>
        IsId(project) ? project : (await GetAsync(project, cancellation).ConfigureAwait(false)).Id;

    /// <summary>Renames a project; its slug stays.</summary>
    public Task<ProjectResponse> RenameAsync(string projectId, string name, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Patch(Path(projectId), new NameRequest(name), ClientJson.Default.NameRequest), Json.ProjectResponse, cancellation);

    /// <summary>Deletes a project with all that is in it, and destroys its KEKs.</summary>
    /// <param name="projectId">Which.</param>
    /// <param name="force">Also where it has secrets.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<DeletedResponse> DeleteAsync(string projectId, bool force = false, CancellationToken cancellation = default) =>
        connection.SendAsync(
            ApiRequest.Delete(ApiRequest.Query(Path(projectId), ("force", force ? "true" : null))), Json.DeletedResponse, cancellation);

    /// <summary>A project's KEKs, the oldest first.</summary>
    public IAsyncEnumerable<KekResponse> ListKeysAsync(string projectId, CancellationToken cancellation = default) =>
        connection.ListAsync(Path(projectId) + "/keys", Limits.PageMaximum, ClientJson.Default.IReadOnlyListKekResponse, cancellation);

    /// <summary>Gives a project a new KEK; the data keys are re-wrapped under it in the background.</summary>
    public Task<KekResponse> RotateKeysAsync(string projectId, CancellationToken cancellation = default) =>
        connection.SendAsync(ApiRequest.Create(Path(projectId) + "/keys/rotate"), Json.KekResponse, cancellation);

    private static bool IsId(string project) => project.StartsWith(Ids.Project, StringComparison.Ordinal);

    private static string Path(string projectId) => "/projects/" + ApiRequest.Part(projectId);
}
