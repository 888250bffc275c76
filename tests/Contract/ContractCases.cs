using System.Text.Json.Nodes;
using Xunit;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>
/// The cases that every server must pass, the real one and the fake of Client.Testing, whether it is reached over HTTP, with
/// the client or by the command line. Each case runs in an empty workspace.
/// </summary>
internal static class ContractCases
{
    public static IReadOnlyDictionary<string, Func<ContractDriver, Task>> All { get; } = new Dictionary<string, Func<ContractDriver, Task>>
    {
        ["projects and environments are found by id and by slug"] = ProjectCases.FindAsync,
        ["two projects, or two environments of a project, never share a slug"] = ProjectCases.NamesAsync,
        ["deleting a project or an environment deletes everything in it"] = ProjectCases.DeleteAsync,
        ["an environment can require a reason for every reveal"] = ReasonCases.RequireAsync,
        ["rotating a project's KEK keeps its values readable"] = ProjectCases.RotateAsync,
        ["a write mints a version, and fails where another version than expected is current"] = SecretCases.WriteAsync,
        ["a batch writes all its keys or none"] = SecretCases.BatchAsync,
        ["a reveal gives the exact value and leaves an audit entry for each"] = SecretCases.RevealAsync,
        ["an environment is not revealed again while its revision is current"] = SecretCases.RevisionAsync,
        ["a deleted secret can no longer be read"] = SecretCases.DeleteAsync,
        ["a list can be read page by page"] = SecretCases.PagesAsync,
        ["search finds secrets by key and by path"] = SecretCases.SearchAsync,
        ["a rollback mints a version with the old value"] = PointInTimeCases.RollBackAsync,
        ["a restore does what its dry run says"] = PointInTimeCases.RestoreAsync,
        ["an environment is listed and revealed as it stood at a past instant"] = PointInTimeCases.ReadPastAsync,
        ["comparing environments shows no values"] = PointInTimeCases.CompareAsync,
        ["any text is a value, and comes back unchanged"] = ValueCases.ExactAsync,
        ["a comment stays with its version"] = ValueCases.CommentsAsync,
        ["keys and names that break the rules are refused"] = ValueCases.ShapesAsync,
        ["lists longer than the largest page are complete"] = ValueCases.ManyAsync,
        ["a past state names the secrets that were deleted since, without values"] = DeletedSinceCases.DeletedSinceAsync,
        ["a destroyed version can no longer be read, and its secret stays"] = DestroyedCases.DestroyAsync,
        ["the past names the values that were destroyed since"] = DestroyedCases.PastAsync,
        ["a revision changes only when the revealed values change"] = DeletedSinceCases.RevisionsAsync,
        ["paths and ids name the same things"] = PathCases.PathsAsync,
        ["a refusal has the same code and message however the server is reached"] = RefusalCases.SameAsync,
        ["an access key can do what its grants allow and nothing else"] = CredentialCases.GrantsAsync,
        ["a grant to list shows keys but no values"] = GrantCases.ListAsync,
        ["a grant to reveal gives values but lists no keys"] = GrantCases.RevealAsync,
        ["a grant to write mints versions but shows none"] = GrantCases.WriteAsync,
        ["a grant to delete allows nothing but deleting"] = GrantCases.DeleteAsync,
        ["restores and comparisons touch only granted secrets"] = GrantCases.PastAsync,
        ["no grants are no power, and a key that was made without any has everything by name"] = GrantCases.NoneAsync,
        ["grants can be changed, and end with the environment that they name"] = GrantCases.ChangeAsync,
        ["every revealed value and every write has an audit entry"] = AuditCases.EntriesAsync,
        ["every kind of refusal has an audit entry"] = AuditCases.DeniedAsync,
        ["the entries of a comparison say at which instants and which keys were compared"] = AuditCases.ComparisonAsync,
        ["the entry of a changed access key has its grants before and after the change"] = AuditCases.ChangedKeyAsync,
        ["the audit trail can be filtered by action, actor, place and time"] = AuditCases.FiltersAsync,
        ["access keys can be listed, changed and revoked"] = CredentialCases.AccessKeysAsync,
        ["API keys can be listed and deleted"] = CredentialCases.ApiKeysAsync,
        ["a key knows who made it, and what it made can be revoked with it"] = CredentialCases.MadeAsync,
        ["a secret outside the grants looks absent, and the refusal has an audit entry"] = CredentialCases.RefusalsAsync,
        ["malformed requests are refused"] = InvalidRequestCases.MalformedAsync,
        ["values, batches and names over their limits are refused"] = InvalidRequestCases.LimitsAsync,
        ["a request has the same answer however the server is reached"] = EqualAnswerCases.SameAsync,
    };

    /// <summary>Creates the project <c>web</c> with the environment <c>production</c>.</summary>
    public static async Task<(string ProjectId, string EnvironmentId)> CreateWebProductionAsync(ContractDriver server)
    {
        var project = await server.TextAsync(CreateProject("Web"), "id");
        return (project, await server.TextAsync(CreateEnvironment(project, "Production"), "id"));
    }

    /// <summary>The time of an environment's newest change.</summary>
    public static async Task<string> LastChangeTimeAsync(ContractDriver server, string environmentId) =>
        (string)(await server.ListAsync(History(environmentId)))[0]["at"]!;

    /// <summary>The text of one member of each item.</summary>
    public static IEnumerable<string> TextsOf(IEnumerable<JsonNode> items, string member) => items.Select(item => (string)item[member]!);

    public static void AssertSameJson(JsonNode expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected.ToJsonString()}\n{actual?.ToJsonString()}");

    public static void AssertValues(IReadOnlyDictionary<string, string> expected, JsonNode values) => Assert.Equal(
        expected.OrderBy(secret => secret.Key, StringComparer.Ordinal),
        values.AsObject().Select(value => KeyValuePair.Create(value.Key, (string)value.Value!)).OrderBy(secret => secret.Key, StringComparer.Ordinal));
}
