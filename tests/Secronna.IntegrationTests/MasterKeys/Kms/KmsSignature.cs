using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Secronna.IntegrationTests.MasterKeys.Kms;

/// <summary>Verifies AWS Signature Version 4, which covers the address, the signed headers and the body.</summary>
internal static partial class KmsSignature
{
    private const string AccessKey = "AKIDEXAMPLE";
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /// <summary>Sets the environment variables in which the SDK looks for credentials first.</summary>
    public static void UseCredentials()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", SecretKey);
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
    }

    /// <summary>True if the request is signed with the secret key for <c>kms</c>, the region and its own date.</summary>
    public static bool Holds(HttpRequest request, byte[] body)
    {
        var given = Header().Match(request.Headers.Authorization.ToString());
        var time = request.Headers["X-Amz-Date"].ToString();
        if (!given.Success || time.Length < 8 || !given.Groups["signed"].Value.Split(';').Contains("x-amz-target"))
        {
            return false;
        }

        var scope = $"{time[..8]}/{KmsServer.Region}/kms/aws4_request";
        var canonical = Canonical(request, given.Groups["signed"].Value, body);
        var text = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(SigningKey(scope), Encoding.UTF8.GetBytes(text)));
        return given.Groups["credential"].Value == $"{AccessKey}/{scope}" && given.Groups["signature"].Value == signature;
    }

    private static string Canonical(HttpRequest request, string signed, byte[] body)
    {
        var headers = signed.Split(';').Select(name => $"{name}:{request.Headers[name].ToString().Trim()}\n");
        return $"{request.Method}\n{request.Path}\n{request.QueryString}\n{string.Concat(headers)}\n{signed}\n{Hash(body)}";
    }

    private static byte[] SigningKey(string scope) => scope.Split('/').Aggregate(
        Encoding.UTF8.GetBytes("AWS4" + SecretKey), static (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    [GeneratedRegex("^AWS4-HMAC-SHA256 Credential=(?<credential>[^,]+), SignedHeaders=(?<signed>[^,]+), Signature=(?<signature>[0-9a-f]{64})$")]
    private static partial Regex Header();
}
