using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>
/// Does what an environment's history tells again, in its order: each instant must be one request's, all of it, and each
/// answer must be right for what was there just before.
/// </summary>
internal static class PastReplay
{
    public static PastModel Run(IEnumerable<JsonElement> history, IReadOnlyCollection<PastRequest> requests)
    {
        var model = new PastModel(0);
        // Fails where two requests were told that they minted one version, or deleted one secret.
        var owners = requests.SelectMany(request => request.Changed.Select(change => (change, request))).ToDictionary();
        var (done, unfit) = (new HashSet<PastRequest>(), requests.Where(request => request.Changed.Count == 0).ToHashSet());
        var mostBegan = 0L;
        RemoveFitting(unfit, requests, done, model);
        foreach (var changes in history.Reverse().GroupBy(change => PastEnvironment.InstantOf(change, "at")))
        {
            var owner = Assert.Single(changes.Select(change => owners[NameOf(change)]).Distinct());
            Assert.Equal(owner.Changed.Order(), changes.Select(NameOf).Order());
            Assert.True(owner.Ended > mostBegan, $"{owner} has a later instant than a request that began after its end");
            mostBegan = Math.Max(mostBegan, owner.Began);
            model.Add([.. owner.ChangesIn(model).Select(change => change with { Instant = changes.Key })]);
            Assert.Equal(model.NewestFirst().Take(changes.Count()).Select(PastReads.Line), changes.Reverse().Select(PastReads.Line));
            Assert.True(done.Add(owner), $"{owner} is at two instants");
            RemoveFitting(unfit, requests, done, model);
        }

        Assert.Empty(requests.Where(request => request.Changed.Count > 0).Except(done));
        Assert.Empty(unfit);
        return model;
    }

    // An answer of one that changed nothing is of some moment between its beginning and its end.
    private static void RemoveFitting(
        HashSet<PastRequest> unfit, IReadOnlyCollection<PastRequest> requests, HashSet<PastRequest> done, PastModel model)
    {
        var began = done.Select(request => request.Began).DefaultIfEmpty().Max();
        var open = requests.Where(request => request.Changed.Count > 0 && !done.Contains(request)).Select(request => request.Ended).DefaultIfEmpty(long.MaxValue).Min();
        unfit.RemoveWhere(request => request.Ended > began && request.Began < open && request.IsRightIn(model));
    }

    private static (string SecretId, int Version) NameOf(JsonElement change) =>
        (change.Text("secretId"), change.Has("version") ? change.Number("version") : 0);
}
