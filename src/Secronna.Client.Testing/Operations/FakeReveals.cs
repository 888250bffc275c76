using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Operations;

/// <summary>Reveals one secret, by its id or path, or the secrets of an environment. Each value leaves an audit entry.</summary>
internal static class FakeReveals
{
    private const string Action = AuditActions.SecretReveal;

    public static FakeAnswer Reveal(FakeRequest request)
    {
        var number = request.Query.Int32("version", int.MaxValue);
        var (secret, version) = Reveal(request, request.FindSecret(Action, GrantActionNames.Reveal), number);
        return FakeAnswer.Ok(new RevealResponse(secret.Key, version.Number, version.Value), FakeJson.Default.RevealResponse);
    }

    public static FakeAnswer RevealPath(FakeRequest request)
    {
        var wanted = request.ReadBody(FakeRequestBodies.RevealPath);
        var path = wanted.Path.Split('/');
        var environment = request.Workspace.FindEnvironmentBySlug(path[0], path[1]);
        var found = environment?.Secrets.GetValueOrDefault(path[2]);
        if (found is null || !request.CallerMay(found, GrantActionNames.Reveal))
        {
            throw request.RecordRefusal(
                Action, request.RefusalOn(environment, path[2], GrantActionNames.Reveal), About(request, environment, path[0], [path[2]]));
        }

        var (secret, version) = Reveal(request, found, wanted.Version);
        return FakeAnswer.Ok(
            new RevealPathResponse(secret.Path, secret.Key, version.Number, version.Value), FakeJson.Default.RevealPathResponse);
    }

    public static FakeAnswer RevealEnvironment(FakeRequest request) => Reveal(
        request, request.ReadBody(FakeRequestBodies.RevealEnvironment),
        request.Workspace.FindEnvironment(request.PathVariable("envId")), null);

    public static FakeAnswer RevealEnvironmentBySlug(FakeRequest request) => Reveal(
        request, request.ReadBody(FakeRequestBodies.RevealEnvironment),
        request.Workspace.FindEnvironmentBySlug(request.PathVariable("projectSlug"), request.PathVariable("envSlug")),
        request.PathVariable("projectSlug"));

    // Names what was asked for, as far as it exists: of a path, at least the project.
    private static AuditMetadata About(
        FakeRequest request, FakeEnvironment? environment, string? project, IReadOnlyCollection<string>? keys)
    {
        var about = keys is null ? FakeAudit.About(environment) : FakeAudit.About(environment, keys);
        return environment is null && project is not null
            ? about with { ProjectId = request.Workspace.FindProjectBySlug(project)?.Id }
            : about;
    }

    private static void RequireReason(FakeRequest request, FakeEnvironment environment, AuditMetadata about)
    {
        if (environment.RequiresReason && request.Reason is null)
        {
            throw request.RecordRefusal(Action, FakeErrors.ReasonRequired(), about);
        }
    }

    private static FakeSecretSnapshot Reveal(FakeRequest request, FakeSecret secret, int? number)
    {
        var version = number is { } wanted ? request.FindVersion(Action, secret, wanted) : secret.Current;
        RequireReason(request, secret.Environment, FakeAudit.About(secret, null));
        request.Record(Action, FakeAudit.About(secret, version.Number));
        return new FakeSecretSnapshot(secret, version);
    }

    private static FakeAnswer Reveal(
        FakeRequest request, RevealEnvironmentRequest wanted, FakeEnvironment? found, string? projectSlug)
    {
        var about = About(request, found, projectSlug, wanted.Keys);
        var environment = request.Require(found, Action, [GrantActionNames.Reveal], about: about);
        environment.SettleUpTo(wanted.At, request.Workspace.Now);
        string[] refused =
        [
            .. wanted.Keys?.Where(key => !request.CallerMay(environment, key, GrantActionNames.Reveal)
                && request.CallerMay(environment, key, [.. GrantActionNames.All])) ?? [],
        ];
        if (refused.Length > 0)
        {
            throw request.RecordRefusal(Action, request.RefusalOnKeys(environment, refused, GrantActionNames.Reveal), about);
        }

        var selected = environment.SnapshotAt(wanted.At).Where(snapshot => request.CallerMay(snapshot.Secret, GrantActionNames.Reveal)
            && wanted.Keys?.Contains(snapshot.Secret.Key) != false).ToList();
        var missing = wanted.Keys?.Except(selected.Select(snapshot => snapshot.Secret.Key)).ToList();
        if (missing is { Count: > 0 })
        {
            throw request.RecordRefusal(Action, FakeErrors.KeysNotFound(missing), about);
        }

        RequireReason(request, environment, about);
        var revision = Revision(request.Workspace, environment, selected);
        return request.HasRevision(revision) ? FakeAnswer.NotModified(revision) : Reveal(request, selected, revision);
    }

    private static FakeAnswer Reveal(FakeRequest request, List<FakeSecretSnapshot> selected, string revision)
    {
        var recoverable = selected.Where(snapshot => !snapshot.IsUnrecoverable).ToList();
        if (recoverable.Sum(snapshot => Encoding.UTF8.GetByteCount(snapshot.Version.Value)) > Limits.RevealBytes)
        {
            throw FakeErrors.RevealTooLarge(Limits.RevealBytes);
        }

        foreach (var (secret, version) in recoverable)
        {
            request.Record(Action, FakeAudit.About(secret, version.Number));
        }

        var data = new RevealEnvironmentResponse(
            revision,
            [.. recoverable.Select(it => new RevealedSecret(it.Secret.Id, it.Secret.Key, it.Version.Number, it.Version.Value))],
            [.. selected.Where(snapshot => snapshot.IsUnrecoverable).Select(snapshot => snapshot.Secret.Key)]);
        return FakeAnswer.Ok(data, FakeJson.Default.RevealEnvironmentResponse) with { Revision = revision };
    }

    // The number of a version stands for its value, because versions never change. 0 stands for a value that no longer exists.
    private static string Revision(FakeWorkspace workspace, FakeEnvironment environment, IEnumerable<FakeSecretSnapshot> selected)
    {
        var state = string.Concat(selected.Select(it => $"{it.Secret.Id} {(it.IsUnrecoverable ? 0 : it.Version.Number)}\n"));
        return Base64Url.EncodeToString(HMACSHA256.HashData(workspace.MacKey, Encoding.UTF8.GetBytes($"{environment.Id}\n{state}")));
    }
}
