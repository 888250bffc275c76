using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>
/// Replays an environment's history on a model. Each instant must belong to one request and hold all changes of that
/// request. Each answer must fit the state just before its instant.
/// </summary>
internal static class PastReplay
{
    public static PastModel Run(IEnumerable<JsonElement> history, IReadOnlyCollection<PastRequest> requests)
    {
        var model = new PastModel(0);
        // Fails if two requests claim the same version or the same deletion.
        var owners = requests.SelectMany(request => request.Changed.Select(change => (change, request))).ToDictionary();
        var (done, unexplained) = (new HashSet<PastRequest>(), requests.Where(request => request.Changed.Count == 0).ToHashSet());
        var latestBegan = 0L;
        RemoveExplained(unexplained, requests, done, model);
        foreach (var changes in history.Reverse().GroupBy(change => PastEnvironment.InstantOf(change, "at")))
        {
            var owner = Assert.Single(changes.Select(change => owners[VersionOf(change)]).Distinct());
            Assert.Equal(owner.Changed.Order(), changes.Select(VersionOf).Order());
            Assert.True(owner.Ended > latestBegan, $"{owner} has a later instant than a request that began after its end");
            latestBegan = Math.Max(latestBegan, owner.Began);
            model.Add([.. owner.ChangesIn(model).Select(change => change with { Instant = changes.Key })]);
            Assert.Equal(model.NewestFirst().Take(changes.Count()).Select(PastReads.Line), changes.Reverse().Select(PastReads.Line));
            Assert.True(done.Add(owner), $"{owner} has changes at two instants");
            RemoveExplained(unexplained, requests, done, model);
        }

        Assert.Empty(requests.Where(request => request.Changed.Count > 0).Except(done));
        Assert.Empty(unexplained);
        return model;
    }

    // The answer of a request that changed nothing must fit the state at some moment between its beginning and its end.
    private static void RemoveExplained(
        HashSet<PastRequest> unexplained, IReadOnlyCollection<PastRequest> requests, HashSet<PastRequest> done, PastModel model)
    {
        var began = done.Select(request => request.Began).DefaultIfEmpty().Max();
        var earliestOpenEnd = requests.Where(request => request.Changed.Count > 0 && !done.Contains(request)).Select(request => request.Ended).DefaultIfEmpty(long.MaxValue).Min();
        unexplained.RemoveWhere(request => request.Ended > began && request.Began < earliestOpenEnd && request.IsRightIn(model));
    }

    private static (string SecretId, int Version) VersionOf(JsonElement change) =>
        (change.Text("secretId"), change.Has("version") ? change.Number("version") : 0);
}
