using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>What mints versions of secrets, but for restores.</summary>
internal static class FakeWrites
{
    private static ProtocolJson Json => ProtocolJson.Default;

    public static FakeAnswer Write(FakeRequest request) =>
        FakeAnswer.Created(Write(request, [request.Read(FakeBodies.Write)])[0], Json.WrittenResponse);

    public static FakeAnswer WriteAll(FakeRequest request) =>
        FakeAnswer.Created(Write(request, request.Read(FakeBodies.Batch)), Json.IReadOnlyListWrittenResponse);

    public static FakeAnswer RollBack(FakeRequest request)
    {
        const string Action = AuditActions.SecretRollback;
        var rollback = request.Read(FakeBodies.Rollback);
        var secret = request.Secret(Action, GrantActionNames.Write, GrantActionNames.Reveal);
        if (request.Workspace.Repeats.Find<WrittenResponse>(request) is { } first)
        {
            return FakeAnswer.Created(first, Json.WrittenResponse);
        }

        var version = secret.Versions.Find(version => version.Number == rollback.Version)
            ?? throw request.VersionNotFound(Action, secret);
        var written = Mint(
            request, secret, VersionKinds.RolledBack, version.Value, request.Workspace.NextInstant(secret.Environment), rollback.Comment);
        request.Record(Action, FakeAudit.About(secret, written.Version));
        request.Workspace.Repeats.Keep(request, written);
        return FakeAnswer.Created(written, Json.WrittenResponse);
    }

    /// <summary>Adds a version to a secret.</summary>
    public static WrittenResponse Mint(
        FakeRequest request, FakeSecret secret, string kind, string value, Instant at, string? comment)
    {
        var version = new FakeVersion(secret.Versions.Count + 1, kind, value, at, request.Caller.Id, comment);
        secret.Versions.Add(version);
        secret.Environment.Project.Keks[^1].Wraps++;
        return new WrittenResponse(secret.Id, secret.Key, version.Number);
    }

    // All or nothing: every refusal comes before the first change.
    private static IReadOnlyList<WrittenResponse> Write(FakeRequest request, IReadOnlyList<WriteSecretRequest> writes)
    {
        var found = request.Workspace.FindEnvironment(request.Part("envId"));
        if (found is not { } environment || !writes.All(write => request.May(environment, write.Key, GrantActionNames.Write)))
        {
            throw request.Refuse(AuditActions.SecretWrite, FakeErrors.NotFound("environment"), FakeAudit.About(found));
        }

        if (request.Workspace.Repeats.Find<IReadOnlyList<WrittenResponse>>(request) is { } first)
        {
            return first;
        }

        RequireExpected(request, environment, writes);
        var added = writes.Count(write => !environment.Secrets.ContainsKey(write.Key));
        if (added > 0 && environment.Secrets.Count + added > Limits.EnvironmentKeys)
        {
            throw FakeErrors.EnvironmentFull(Limits.EnvironmentKeys);
        }

        var at = request.Workspace.NextInstant(environment);
        IReadOnlyList<WrittenResponse> written = [.. writes.Select(write => Write(request, environment, write, at))];
        request.Workspace.Repeats.Keep(request, written);
        return written;
    }

    private static WrittenResponse Write(FakeRequest request, FakeEnvironment environment, WriteSecretRequest write, Instant at)
    {
        if (!environment.Secrets.TryGetValue(write.Key, out var secret))
        {
            secret = new FakeSecret(environment, request.Workspace.NewId(Ids.Secret), write.Key);
            environment.Ever.Add(secret);
            environment.Secrets.Add(write.Key, secret);
        }

        var written = Mint(request, secret, VersionKinds.Written, write.Value, at, write.Comment);
        request.Record(AuditActions.SecretWrite, FakeAudit.About(secret, written.Version));
        return written;
    }

    // Who may only write is not told which version there is.
    private static void RequireExpected(FakeRequest request, FakeEnvironment environment, IReadOnlyList<WriteSecretRequest> writes)
    {
        foreach (var write in writes)
        {
            var current = environment.Secrets.GetValueOrDefault(write.Key)?.Current.Number ?? 0;
            if (write.ExpectedVersion is { } expected && expected != current)
            {
                var isShown = request.May(environment, write.Key, GrantActionNames.List, GrantActionNames.Reveal);
                throw FakeErrors.VersionConflict(write.Key, expected, isShown ? current : null);
            }
        }
    }
}
