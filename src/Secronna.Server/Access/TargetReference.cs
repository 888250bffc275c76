using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Access;

/// <summary>
/// What a request aims at, as its caller named it. It finds the target only to name it in the audit entry of a refusal (S19), and
/// to tell a caller who sees the target from one who doesn't (S23). It does the same look-ups whether the target exists or not.
/// </summary>
internal sealed class TargetReference
{
    private readonly string text;
    private readonly Func<Session, string, ValueTask<FoundTarget>> find;

    private TargetReference(string thing, string text, Func<Session, string, ValueTask<FoundTarget>> find) =>
        (Thing, this.text, this.find) = (thing, text, find);

    /// <summary>What kind of thing it is, for the message that it is not found.</summary>
    public string Thing { get; }

    /// <summary>Whether it is a credential. Credentials are seen by the roles that manage them, and by no others.</summary>
    public bool IsCredential { get; private init; }

    /// <summary>A project, by its id.</summary>
    public static TargetReference Project(string id) => new("project", id, async (session, workspaceId) =>
        FoundTarget.Of(await ProjectTable.FindAsync(session, workspaceId, id)));

    /// <summary>A project, by its slug.</summary>
    public static TargetReference ProjectOfSlug(string slug) => new("project", slug, async (session, workspaceId) =>
        FoundTarget.Of(await ProjectTable.FindBySlugAsync(session, workspaceId, slug)));

    /// <summary>An environment, by its id.</summary>
    public static TargetReference Environment(string id) => new("environment", id, async (session, workspaceId) =>
        FoundTarget.Of(await EnvironmentTable.FindAsync(session, workspaceId, id)));

    /// <summary>An environment, by the slugs of its project and itself.</summary>
    public static TargetReference EnvironmentOfSlugs(string project, string slug) => new(
        "environment", $"{project}/{slug}", async (session, workspaceId) =>
            FoundTarget.Of(
                await ProjectTable.FindBySlugAsync(session, workspaceId, project),
                await EnvironmentTable.FindBySlugAsync(session, workspaceId, project, slug)));

    /// <summary>Keys of an environment. The keys need not exist.</summary>
    public static TargetReference Keys(TargetReference environment, IReadOnlyCollection<string> keys) => new(
        environment.Thing, $"{environment}/{string.Join(' ', keys)}", async (session, workspaceId) =>
            await WithKeysAsync(session, await environment.FindAsync(session, workspaceId), keys));

    /// <summary>A secret, by its id.</summary>
    public static TargetReference Secret(string id) => new("secret", id, async (session, workspaceId) =>
        FoundTarget.Of(await SecretTable.FindAsync(session, workspaceId, id)));

    /// <summary>A secret, by the slugs of its project and environment, and its key.</summary>
    public static TargetReference SecretOfPath(string project, string environment, string key) => new(
        "secret", $"{project}/{environment}/{key}", async (session, workspaceId) =>
        {
            var found = await EnvironmentOfSlugs(project, environment).FindAsync(session, workspaceId);
            // Who has an action on the key's name sees the secret, or its absence: the answer then depends on the grants alone.
            return (await WithKeysAsync(session, found, [key])).At(key);
        });

    /// <summary>An API key or an access key, by its id.</summary>
    public static TargetReference Credential(string id) => new("credential", id, async (session, workspaceId) =>
        await CredentialTable.ExistsAsync(session, workspaceId, id) ? new FoundTarget { TargetId = id } : FoundTarget.Nothing)
    {
        IsCredential = true,
    };

    /// <summary>What the variables of a request's route name; <c>null</c> if they name nothing.</summary>
    public static TargetReference? OfRoute(IReadOnlyDictionary<string, object?> variables)
    {
        string? Text(string name) => variables.GetValueOrDefault(name) as string;
        return (Text("projectSlug"), Text("envSlug"), Text("key")) switch
        {
            ({ } project, { } environment, { } key) => SecretOfPath(project, environment, key),
            ({ } project, { } environment, null) => EnvironmentOfSlugs(project, environment),
            ({ } project, null, null) => ProjectOfSlug(project),
            _ when Text("secretId") is { } id => Secret(id),
            _ when Text("envId") is { } id => Environment(id),
            _ when Text("projectId") is { } id => Project(id),
            _ when Text("id") is { } id => Credential(id),
            _ => null,
        };
    }

    /// <summary>Finds the target, as far as the workspace has it.</summary>
    public ValueTask<FoundTarget> FindAsync(Session session, string workspaceId) => find(session, workspaceId);

    /// <summary>The target as the caller named it.</summary>
    public override string ToString() => text;

    // An environment that was not found has an id that no environment has, so that the keys are looked up all the same.
    private static async ValueTask<FoundTarget> WithKeysAsync(
        Session session, FoundTarget environment, IReadOnlyCollection<string> keys)
    {
        var id = environment.EnvironmentId ?? "";
        if (keys.Count != 1)
        {
            return environment with { Keys = await SecretTable.ListExistingKeysAsync(session, id, keys) };
        }

        var key = keys.First();
        var rows = await SecretTable.ListBetweenAsync(session, id, key, KeyRange.FirstAfter(key), 1);
        return rows.Count == 0 ? environment : environment.Naming(rows[0]);
    }
}
