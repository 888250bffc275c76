using System.Diagnostics;

namespace Secronna.EndToEndTests.Audit;

/// <summary><c>tests/Verifier/verify.py</c>, which was written from the documentation alone and shares no code with the product.</summary>
internal static class PythonVerifier
{
    public static async Task<Ended> RunAsync(string token, params string[] arguments)
    {
        var start = new ProcessStartInfo("python3", [Path.Combine(AppContext.BaseDirectory, "Verifier", "verify.py"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SECRONNA_TOKEN"] = token;
        start.Environment["no_proxy"] = "*";
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(Until.Patience);
            return new Ended(process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
