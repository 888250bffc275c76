using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>The reveals: of a secret, by its id or path, and of an environment.</summary>
internal static class FakeReveals
{
    private const string Action = AuditActions.SecretReveal;

    public static FakeAnswer Reveal(FakeRequest request)
    {
        var number = request.QueryInt32("version", int.MaxValue);
        var (secret, version) = Reveal(request, request.Secret(Action, GrantActionNames.Reveal), number);
        return FakeAnswer.Of(new RevealResponse(secret.Key, version.Number, version.Value), FakeJson.Default.RevealResponse);
    }

    public static FakeAnswer RevealPath(FakeRequest request)
    {
        var wanted = request.Read(FakeBodies.Path);
        var path = wanted.Path.Split('/');
        var environment = request.Workspace.FindEnvironmentBySlug(path[0], path[1]);
        var found = environment?.Secrets.GetValueOrDefault(path[2]);
        if (found is null || !request.May(found, GrantActionNames.Reveal))
        {
            throw request.Refuse(Action, FakeErrors.NotFound("secret"), FakeAudit.About(environment));
        }

        var (secret, version) = Reveal(request, found, wanted.Version);
        return FakeAnswer.Of(
            new RevealPathResponse(secret.Path, secret.Key, version.Number, version.Value), FakeJson.Default.RevealPathResponse);
    }

    public static FakeAnswer RevealEnvironment(FakeRequest request) => Reveal(
        request, request.Read(FakeBodies.Selection), request.Workspace.FindEnvironment(request.Part("envId")));

    public static FakeAnswer RevealEnvironmentBySlug(FakeRequest request) => Reveal(
        request, request.Read(FakeBodies.Selection),
        request.Workspace.FindEnvironmentBySlug(request.Part("projectSlug"), request.Part("envSlug")));

    private static FakeSight Reveal(FakeRequest request, FakeSecret secret, int? number)
    {
        var version = number is null ? secret.Current : secret.Versions.Find(version => version.Number == number)
            ?? throw request.VersionNotFound(Action, secret);
        request.Record(Action, FakeAudit.About(secret, version.Number));
        return new FakeSight(secret, version);
    }

    private static FakeAnswer Reveal(FakeRequest request, RevealEnvironmentRequest wanted, FakeEnvironment? found)
    {
        var environment = request.Require(found, Action, [GrantActionNames.Reveal]);
        request.Workspace.Settle(environment, wanted.At);
        var sights = environment.At(wanted.At).Where(sight => request.May(sight.Secret, GrantActionNames.Reveal)
            && wanted.Keys?.Contains(sight.Secret.Key) != false).ToList();
        var missing = wanted.Keys?.Except(sights.Select(sight => sight.Secret.Key)).ToList();
        if (missing is { Count: > 0 })
        {
            throw request.Refuse(Action, FakeErrors.KeysNotFound(missing), FakeAudit.About(environment));
        }

        var revision = Revision(request.Workspace, environment, sights);
        return request.Knows(revision)
            ? new FakeAnswer(HttpStatusCode.NotModified) { Revision = revision }
            : Reveal(request, sights, revision);
    }

    private static FakeAnswer Reveal(FakeRequest request, List<FakeSight> sights, string revision)
    {
        var there = sights.Where(sight => !sight.IsDeletedSince).ToList();
        if (there.Sum(sight => Encoding.UTF8.GetByteCount(sight.Version.Value)) > Limits.RevealBytes)
        {
            throw FakeErrors.RevealTooLarge(Limits.RevealBytes);
        }

        foreach (var (secret, version) in there)
        {
            request.Record(Action, FakeAudit.About(secret, version.Number));
        }

        var data = new RevealEnvironmentResponse(
            revision,
            [.. there.Select(sight => new RevealedSecret(sight.Secret.Id, sight.Secret.Key, sight.Version.Number, sight.Version.Value))],
            [.. sights.Where(sight => sight.IsDeletedSince).Select(sight => sight.Secret.Key)]);
        return FakeAnswer.Of(data, FakeJson.Default.RevealEnvironmentResponse) with { Revision = revision };
    }

    // A version never changes, so that its number stands for its value; of one that is gone there is none.
    private static string Revision(FakeWorkspace workspace, FakeEnvironment environment, IEnumerable<FakeSight> sights)
    {
        var state = string.Concat(sights.Select(sight => $"{sight.Secret.Id} {(sight.IsDeletedSince ? 0 : sight.Version.Number)}\n"));
        return Base64Url.EncodeToString(HMACSHA256.HashData(workspace.Key, Encoding.UTF8.GetBytes($"{environment.Id}\n{state}")));
    }
}
