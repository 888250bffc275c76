using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>A request that was sent while others were: what must be true because of its answer.</summary>
/// <param name="Name">For whoever looks at a failure.</param>
/// <param name="Began">Its environment in the order of all beginnings and ends.</param>
/// <param name="Ended">The same of its end.</param>
internal sealed record PastRequest(string Name, long Began, long Ended)
{
    /// <summary>The secrets and versions that it changed, by its answer; a deletion is version 0.</summary>
    public IReadOnlyList<(string SecretId, int Version)> Changed { get; init; } = [];

    /// <summary>What it must have changed, if the environment was such just before; fails where its answer does not fit that.</summary>
    public Func<PastModel, List<PastChange>> ChangesIn { get; init; } = _ => [];

    /// <summary>Of one that changed nothing: whether its answer is right, if the environment was such.</summary>
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
            // A key that was deleted is another secret's when it is written again.
            Assert.True(current is null ? model.Changes.All(change => change.SecretId != id) : current.SecretId == id);
            return new PastChange(0, kind, write.Key, id, written.Number("version"), write.Value, by, comment);
        })];
    }

    public static List<PastChange> ChangesOfDeletion(PastModel model, string secretId, string by) =>
        [PastChange.DeletionOf(model.Now.Single(secret => secret.SecretId == secretId), by)];
}
