using Secronna.Crypto;
using Secronna.Server.Access;
using Secronna.Server.Features.Credentials;
using Secronna.Server.Features.Environments;
using Secronna.Server.Features.Projects;
using Secronna.Server.Features.Secrets;
using Secronna.Server.Features.Workspaces;
using Secronna.Server.Installation;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>Makes what <c>dev</c> needs and does not find: a workspace, an API key, and a secret to reveal.</summary>
internal sealed class DevStart(OpenInstallation installation, IServiceProvider services, string environmentFile)
{
    /// <summary>The id of the workspace that <c>dev</c> uses.</summary>
    public const string WorkspaceId = "acc_dev";
    /// <summary>The name of the file with the server's address and a token, to be read by a shell.</summary>
    public const string EnvironmentFile = "dev.env";
    /// <summary>The audiences of tokens that <c>dev</c> accepts if the settings name none.</summary>
    public static readonly IReadOnlyList<string> Audiences = ["secronna", "secronna-cli"];
    private const string TokenPrefix = "export SECRONNA_TOKEN=";
    private const string KeyName = "dev";

    /// <summary>
    /// Makes what is missing, and returns a token: the one in dev.env if it is still valid, or that of a new API key.
    /// </summary>
    public async Task<string> PrepareAsync()
    {
        var isNew = !await installation.Database.ReadAsync(session => WorkspaceTable.IsAllowedAsync(session, WorkspaceId));
        if (isNew)
        {
            await WorkspaceService.AllowAsync(
                Caller.Operator(WorkspaceId), installation.Database, installation.Time, "Development");
        }

        var token = await ReadTokenAsync() ?? await NewTokenAsync();
        if (isNew)
        {
            await AddDemoAsync();
        }

        return token;
    }

    /// <summary>Writes dev.env, which only its owner may read.</summary>
    public async Task WriteEnvironmentFileAsync(string url, string token)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new StreamWriter(environmentFile, System.Text.Encoding.ASCII, options);
        await file.WriteAsync($"export SECRONNA_API_URL={url}\n{TokenPrefix}{token}\n");
    }

    private async Task<string?> ReadTokenAsync()
    {
        if (!File.Exists(environmentFile))
        {
            return null;
        }

        var line = (await File.ReadAllLinesAsync(environmentFile)).FirstOrDefault(line => line.StartsWith(TokenPrefix, StringComparison.Ordinal));
        var token = line?[TokenPrefix.Length..].Trim();
        return token is not null && CredentialToken.IsWellFormed(token) && await IsValidAsync(token) ? token : null;
    }

    private async Task<bool> IsValidAsync(string token)
    {
        try
        {
            await services.GetRequiredService<Authentication>().AuthenticateAsync($"Bearer {token}", RequestOrigin.OfCommand);
            return true;
        }
        catch (RequestException)
        {
            return false;
        }
    }

    private async Task<string> NewTokenAsync() =>
        (await services.GetRequiredService<CredentialService>().AddApiKeyAsync(Caller.Operator(WorkspaceId), KeyName)).Token;

    private async Task AddDemoAsync()
    {
        var caller = Caller.Operator(WorkspaceId) with { Role = Role.Admin };
        var project = await services.GetRequiredService<ProjectService>().CreateAsync(caller, "Demo");
        var environment = await services.GetRequiredService<EnvironmentService>().CreateAsync(caller, project.Id, "development");
        var greeting = "Hello from Secronna"u8;
        using var value = PinnedBuffer.Rent(greeting.Length);
        greeting.CopyTo(value.Span);
        await services.GetRequiredService<SecretService>().WriteAsync(caller, environment.Id, "GREETING", value, "made by dev");
    }
}
