using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>A request that was sent while others ran, and the state of the environment that its answer implies.</summary>
/// <param name="Name">The name in failure messages.</param>
/// <param name="Began">The position of its beginning in the order of all beginnings and ends.</param>
/// <param name="Ended">The position of its end in the same order.</param>
internal sealed record PastRequest(string Name, long Began, long Ended)
{
    /// <summary>The secrets and versions that it changed according to its answer. A deletion is version 0.</summary>
    public IReadOnlyList<(string SecretId, int Version)> Changed { get; init; } = [];

    /// <summary>
    /// The changes that it makes to an environment in the given state. Fails if its answer does not fit that state.
    /// </summary>
    public Func<PastModel, List<PastChange>> ChangesIn { get; init; } = _ => [];

    /// <summary>For a request that changed nothing: whether its answer fits an environment in the given state.</summary>
    public Func<PastModel, bool> IsRightIn { get; init; } = _ => true;

    public override string ToString() => $"{Name} ({Began} to {Ended})";

    public static List<PastChange> ChangesOfWrite(PastModel model, JsonElement answer, string kind, IEnumerable<(string Key, string Value)> values, string by, string? comment)
    {
        var now = model.Now.ToDictionary(secret => secret.Key);
        var answers = answer.ValueKind == JsonValueKind.Array ? [.. answer.EnumerateArray()] : new[] { answer };
        return [.. values.Zip(answers, (write, written) =>
        {
            var current = now.GetValueOrDefault(write.Key);
            var id = written.Text("id");
            Assert.Equal((write.Key, (current?.Version ?? 0) + 1), (written.Text("key"), written.Number("version")));
            // A deleted key that is written again belongs to a new secret.
            Assert.True(current is null ? model.Changes.All(change => change.SecretId != id) : current.SecretId == id);
            return new PastChange(0, kind, write.Key, id, written.Number("version"), write.Value, by, comment);
        })];
    }

    public static List<PastChange> ChangesOfDeletion(PastModel model, string secretId, string by) =>
        [PastChange.DeletionOf(model.Now.Single(secret => secret.SecretId == secretId), by)];
}
