using System.Text;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>The past of environments, and how environments differ.</summary>
internal static class FakePast
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer History(FakeRequest request) => FakeCursors.Page(
        request,
        request.Environment().Ever.Where(secret => request.May(secret, GrantActionNames.List)).SelectMany(ChangesOf),
        change => $"{change.At.Microseconds:D19}:{change.SecretId}", change => change, Json.HistoryResponse, isDescending: true);

    public static FakeAnswer Restore(FakeRequest request)
    {
        var order = request.Read(FakeBodies.Restore);
        var found = request.Workspace.FindEnvironment(request.Part("envId"));
        if (found is not null && request.Sees(found, GrantActionNames.Reveal))
        {
            request.Workspace.Settle(found, order.At);
        }

        var environment = request.Require(found, AuditActions.EnvironmentRestore, order.Prune == true
            ? [GrantActionNames.Write, GrantActionNames.Reveal, GrantActionNames.Delete]
            : [GrantActionNames.Write, GrantActionNames.Reveal]);
        var changes = Plan(request, environment, order);
        var answer = new RestoreResponse(order.At, order.DryRun == true, [.. changes.Select(change => change.Change)]);
        if (!answer.DryRun)
        {
            if (request.Workspace.Repeats.Find<RestoreResponse>(request) is { } first)
            {
                return FakeAnswer.Of(first, Json.RestoreResponse);
            }

            Restore(request, environment, order, changes);
            request.Workspace.Repeats.Keep(request, answer);
        }

        return FakeAnswer.Of(answer, Json.RestoreResponse);
    }

    public static FakeAnswer Compare(FakeRequest request)
    {
        const string Action = AuditActions.EnvironmentCompare;
        var compare = request.Read(FakeBodies.Compare);
        var here = request.Workspace.FindEnvironment(request.Part("envId"));
        var there = request.Workspace.FindEnvironment(compare.With);
        Settle(request, here, compare.At, "at");
        Settle(request, there, compare.WithAt, "withAt");
        var left = Sights(request, request.Require(here, Action, [GrantActionNames.Reveal]), compare.At);
        var right = Sights(
            request, request.Require(there, Action, [GrantActionNames.Reveal], "environment to compare with"), compare.WithAt);
        foreach (var environment in new[] { here!, there! })
        {
            request.Record(Action, FakeAudit.About(environment) with { Name = environment.Name });
        }

        IReadOnlyList<CompareResponse> results =
        [
            .. left.Keys.Union(right.Keys).Order(StringComparer.Ordinal)
                .Select(key => new CompareResponse(key, Compare(left, right, key))),
        ];
        return FakeAnswer.Of(results, Json.IReadOnlyListCompareResponse);
    }

    private static void Settle(FakeRequest request, FakeEnvironment? environment, Instant? at, string field)
    {
        if (environment is not null && request.Sees(environment, GrantActionNames.Reveal))
        {
            request.Workspace.Settle(environment, at, field);
        }
    }

    private static Dictionary<string, FakeSight> Sights(FakeRequest request, FakeEnvironment environment, Instant? at) => environment.At(at)
        .Where(sight => request.May(sight.Secret, GrantActionNames.Reveal))
        .ToDictionary(sight => sight.Secret.Key, StringComparer.Ordinal);

    private static string Compare(Dictionary<string, FakeSight> left, Dictionary<string, FakeSight> right, string key)
    {
        if (!right.TryGetValue(key, out var there))
        {
            return CompareResults.OnlyHere;
        }

        if (!left.TryGetValue(key, out var here))
        {
            return CompareResults.OnlyThere;
        }

        // Of one that was deleted since nobody knows the value any more.
        var isSame = here == there
            || (!here.IsDeletedSince && !there.IsDeletedSince && here.Version.Value == there.Version.Value);
        return isSame ? CompareResults.Same : CompareResults.Different;
    }

    private static IEnumerable<HistoryResponse> ChangesOf(FakeSecret secret)
    {
        foreach (var version in secret.Versions)
        {
            yield return new HistoryResponse(
                version.CreatedAt, version.Kind, secret.Key, secret.Id, version.Number, version.CreatedBy, version.Comment);
        }

        if (secret is { DeletedAt: { } at, DeletedBy: { } by })
        {
            yield return new HistoryResponse(at, ChangeNames.Deleted, secret.Key, secret.Id, null, by, null);
        }
    }

    // Ordered by key, and under one key the secret that was deleted before the one that has the key now.
    private static List<(FakeSecret Secret, RestoreChange Change)> Plan(
        FakeRequest request, FakeEnvironment environment, RestoreRequest order)
    {
        bool IsTouched(FakeSight sight) =>
            request.May(sight.Secret, GrantActionNames.Reveal) && request.May(sight.Secret, GrantActionNames.Write);

        var then = environment.At(order.At).Where(IsTouched).ToList();
        var since = environment.At(null).Where(IsTouched).Where(sight => then.TrueForAll(old => old.Secret != sight.Secret))
            .Select(sight => (sight.Secret, new RestoreChange(sight.Secret.Key, sight.Secret.Id,
                order.Prune == true && request.May(sight.Secret, GrantActionNames.Delete)
                    ? RestoreResults.Pruned
                    : RestoreResults.CreatedSince)));
        return [.. then.Select(sight => (sight.Secret, OfOneThen(sight))).Concat(since).OrderBy(it => it.Secret.Key, StringComparer.Ordinal)];
    }

    private static RestoreChange OfOneThen(FakeSight then)
    {
        var (secret, (to, current)) = (then.Secret, (then.Version.Number, then.Secret.Current.Number));
        return then.IsDeletedSince ? new RestoreChange(secret.Key, secret.Id, RestoreResults.Unrecoverable)
            : to == current ? new RestoreChange(secret.Key, secret.Id, RestoreResults.Unchanged)
            : new RestoreChange(secret.Key, secret.Id, RestoreResults.Restored, current, to, current + 1);
    }

    private static void Restore(
        FakeRequest request, FakeEnvironment environment, RestoreRequest order, List<(FakeSecret Secret, RestoreChange Change)> changes)
    {
        var restored = changes.Where(it => it.Change.Result == RestoreResults.Restored)
            .Select(it => (it.Secret, it.Secret.Versions[it.Change.To!.Value - 1].Value)).ToList();
        if (restored.Sum(it => (long)Encoding.UTF8.GetByteCount(it.Value)) > Limits.RestoreBytes)
        {
            throw FakeErrors.RestoreTooLarge(Limits.RestoreBytes);
        }

        var at = request.Workspace.NextInstant(environment);
        foreach (var (secret, value) in restored)
        {
            var written = FakeWrites.Mint(request, secret, VersionKinds.Restored, value, at, order.Comment);
            request.Record(AuditActions.SecretRollback, FakeAudit.About(secret, written.Version));
        }

        foreach (var (secret, _) in changes.Where(it => it.Change.Result == RestoreResults.Pruned))
        {
            FakeSecrets.Delete(request, secret, at);
        }

        request.Record(AuditActions.EnvironmentRestore, FakeAudit.About(environment) with { Name = order.At.ToString() });
    }
}
