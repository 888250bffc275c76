using System.Text.Json.Nodes;
using Xunit;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>
/// What holds of every server, the real one and the one of users' tests, whichever way it is reached: each case in a
/// workspace of its own.
/// </summary>
internal static class ContractCases
{
    public static IReadOnlyDictionary<string, Func<ContractDriver, Task>> All { get; } = new Dictionary<string, Func<ContractDriver, Task>>
    {
        ["projects and environments are found by id and slug"] = PlaceCases.FindAsync,
        ["names are taken once"] = PlaceCases.NamesAsync,
        ["what is deleted takes all below it along"] = PlaceCases.DeleteAsync,
        ["a project's key is rotated"] = PlaceCases.RotateAsync,
        ["writes mint versions and say which is expected"] = SecretCases.WriteAsync,
        ["a batch is all or nothing"] = SecretCases.BatchAsync,
        ["values come back exactly and leave a record each"] = SecretCases.RevealAsync,
        ["a known revision is not sent again"] = SecretCases.RevisionAsync,
        ["what is deleted is gone"] = SecretCases.DeleteAsync,
        ["lists go on over pages"] = SecretCases.PagesAsync,
        ["search finds by key and path"] = SecretCases.SearchAsync,
        ["a rollback mints the old value"] = PastCases.RollBackAsync,
        ["a restore does what its dry run says"] = PastCases.RestoreAsync,
        ["the past is listed and revealed as it was"] = PastCases.LookBackAsync,
        ["environments are compared without values"] = PastCases.CompareAsync,
        ["values are any text"] = ValueCases.ExactAsync,
        ["comments stay with what they are about"] = ValueCases.CommentsAsync,
        ["keys and names have their shapes"] = ValueCases.ShapesAsync,
        ["many are read to the end"] = ValueCases.ManyAsync,
        ["what was deleted since is named and gone"] = AgoCases.DeletedSinceAsync,
        ["a revision is of what would be given"] = AgoCases.RevisionsAsync,
        ["paths name what ids do"] = AddressCases.PathsAsync,
        ["refusals say the same every way"] = ErrorCases.SameAsync,
        ["access keys do what they are granted and no more"] = AccessCases.GrantsAsync,
        ["a grant to list shows keys and no values"] = GrantCases.ListAsync,
        ["a grant to reveal gives values and shows no keys"] = GrantCases.RevealAsync,
        ["a grant to write mints versions and shows none"] = GrantCases.WriteAsync,
        ["a grant to delete deletes"] = GrantCases.DeleteAsync,
        ["restores and comparisons touch what is granted"] = GrantCases.PastAsync,
        ["grants change, and go with what they name"] = GrantCases.ChangeAsync,
        ["each value and each write is on record"] = RecordCases.EntriesAsync,
        ["each kind of refusal is on record"] = RecordCases.DeniedAsync,
        ["the record is read by what was done, by whom, where and when"] = RecordCases.FiltersAsync,
        ["access keys are listed, changed and revoked"] = AccessCases.AccessKeysAsync,
        ["API keys are listed and deleted"] = AccessCases.ApiKeysAsync,
        ["refusals look like absence and are on record"] = AccessCases.RefusalsAsync,
        ["what is wrong is said to be"] = WrongCases.SayAsync,
        ["limits are said"] = WrongCases.LimitsAsync,
        ["the same question has the same answer every way"] = SameCases.SameAsync,
    };

    /// <summary>A project and an environment, as `web/production`.</summary>
    public static async Task<(string ProjectId, string EnvironmentId)> PlaceAsync(ContractDriver server)
    {
        var project = await server.TextAsync(CreateProject("Web"), "id");
        return (project, await server.TextAsync(CreateEnvironment(project, "Production"), "id"));
    }

    /// <summary>Its environment's last instant.</summary>
    public static async Task<string> LastAsync(ContractDriver server, string environmentId) =>
        (string)(await server.ListAsync(History(environmentId)))[0]["at"]!;

    /// <summary>One member of each item.</summary>
    public static IEnumerable<string> Each(IEnumerable<JsonNode> items, string member) => items.Select(item => (string)item[member]!);

    public static void Same(JsonNode expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected.ToJsonString()}\n{actual?.ToJsonString()}");

    public static void Equal(IReadOnlyDictionary<string, string> expected, JsonNode values) => Assert.Equal(
        expected.OrderBy(secret => secret.Key, StringComparer.Ordinal),
        values.AsObject().Select(value => KeyValuePair.Create(value.Key, (string)value.Value!)).OrderBy(secret => secret.Key, StringComparer.Ordinal));
}
