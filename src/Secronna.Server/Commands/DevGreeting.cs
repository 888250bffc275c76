using Secronna.Server.Installation;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>Prints the greeting of <c>dev</c>: where everything is, and commands to try, ready to paste.</summary>
internal static class DevGreeting
{
    private const string Call = """curl -s -w '\n' -H "Authorization: Bearer $SECRONNA_TOKEN" -H 'Content-Type: application/json'""";

    /// <summary>Prints the greeting to standard output.</summary>
    public static async Task PrintAsync(OpenInstallation installation, string folder, string url)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), folder);
        var shown = relative.StartsWith("..", StringComparison.Ordinal) ? folder : relative;
        Console.WriteLine($"""

            Secronna is ready to try out. Do not store real secrets in it.

              API         {url}/api/v1   (described in {url}/openapi/v1.json)
              Data        {folder}
              Master key  {installation.Configuration.MasterKey.File ?? installation.Configuration.MasterKey.Provider}
              Workspace   {DevStart.WorkspaceId}

            In another terminal, run first:   . {Quote(Path.Combine(shown, DevStart.EnvironmentFile))}

            {await ThingsToTryAsync(installation)}

            Ctrl+C stops the server. Started again, it continues with the same data.

            """);
    }

    private static async Task<string> ThingsToTryAsync(OpenInstallation installation)
    {
        var secret = await installation.Database.ReadAsync(session =>
            SecretTable.FindByPathAsync(session, DevStart.WorkspaceId, "demo", "development", "GREETING"));
        return secret is null
            ? $$"""
                  1. Create a project:

                     {{Call}} $SECRONNA_API_URL/api/v1/projects -d '{"name":"Web"}'

                  2. See who read and wrote what:

                     {{Call}} $SECRONNA_API_URL/api/v1/audit
                """
            : $$"""
                  1. Reveal a value. Every reveal leaves an entry in the audit trail:

                     {{Call}} $SECRONNA_API_URL/api/v1/reveal -d '{"path":"{{secret.Path}}"}'

                  2. Store a secret of your own. Run it again to make version 2:

                     {{Call}} -X PUT $SECRONNA_API_URL/api/v1/environments/{{secret.EnvironmentId}}/secrets -d '{"key":"DATABASE_URL","value":"postgres://app:s3cret@db/app"}'

                  3. See who read and wrote what:

                     {{Call}} $SECRONNA_API_URL/api/v1/audit
                """;
    }

    private static string Quote(string path) =>
        path.All(character => char.IsAsciiLetterOrDigit(character) || "/._-".Contains(character, StringComparison.Ordinal)) ? path : $"'{path}'";
}
