using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>Compares two environments key by key, each as it is or as it stood at an instant.</summary>
internal static class FakeComparison
{
    private const string Action = AuditActions.EnvironmentCompare;

    public static FakeAnswer Compare(FakeRequest request)
    {
        var compare = request.ReadBody(FakeRequestBodies.Compare);
        var here = request.Workspace.FindEnvironment(request.PathVariable("envId"));
        var there = request.Workspace.FindEnvironment(compare.With);
        SettleUpTo(request, here, compare.At, "at");
        SettleUpTo(request, there, compare.WithAt, "withAt");
        var left = Snapshots(request, request.Require(here, Action, [GrantActionNames.Reveal]), compare.At);
        var right = Snapshots(
            request, request.Require(there, Action, [GrantActionNames.Reveal], "environment to compare with"), compare.WithAt);
        string[] shared = [.. left.Keys.Intersect(right.Keys).Order(StringComparer.Ordinal)];
        Record(request, (here!, compare.At), (there!, compare.WithAt), shared);
        Record(request, (there!, compare.WithAt), (here!, compare.At), shared);

        IReadOnlyList<CompareResponse> results =
        [
            .. left.Keys.Union(right.Keys).Order(StringComparer.Ordinal)
                .Select(key => new CompareResponse(key, Compare(left, right, key))),
        ];
        return FakeAnswer.Ok(results, ProtocolJson.Default.IReadOnlyListCompareResponse);
    }

    private static void Record(
        FakeRequest request, (FakeEnvironment Place, Instant? At) side, (FakeEnvironment Place, Instant? At) with, string[] keys) =>
        request.Record(Action, FakeAudit.About(side.Place) with
        {
            Name = side.Place.Name,
            At = side.At ?? side.Place.ChangedAt,
            With = with.Place.Id,
            WithAt = with.At ?? with.Place.ChangedAt,
            Keys = keys.Length == 0 ? null : keys,
        });

    private static void SettleUpTo(FakeRequest request, FakeEnvironment? environment, Instant? at, string field)
    {
        if (environment is not null && request.CallerSees(environment, GrantActionNames.Reveal))
        {
            environment.SettleUpTo(at, request.Workspace.Now, field);
        }
    }

    private static Dictionary<string, FakeSecretSnapshot> Snapshots(FakeRequest request, FakeEnvironment environment, Instant? at) =>
        environment.SnapshotAt(at)
            .Where(snapshot => request.CallerMay(snapshot.Secret, GrantActionNames.Reveal))
            .ToDictionary(snapshot => snapshot.Secret.Key, StringComparer.Ordinal);

    private static string Compare(
        Dictionary<string, FakeSecretSnapshot> left, Dictionary<string, FakeSecretSnapshot> right, string key)
    {
        if (!right.TryGetValue(key, out var there))
        {
            return CompareResults.OnlyHere;
        }

        if (!left.TryGetValue(key, out var here))
        {
            return CompareResults.OnlyThere;
        }

        // A value that was destroyed since the instant is unknown, so it equals only itself.
        var isSame = here == there
            || (!here.IsUnrecoverable && !there.IsUnrecoverable && here.Version.Value == there.Version.Value);
        return isSame ? CompareResults.Same : CompareResults.Different;
    }
}
