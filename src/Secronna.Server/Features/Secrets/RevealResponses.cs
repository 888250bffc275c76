using System.IO.Pipelines;
using System.Text;
using Secronna.Server.Http;
using Secronna.Server.Vault;

namespace Secronna.Server.Features.Secrets;

/// <summary>
/// Writes the answers that hold values. No other answer holds values (S16). Values go from their pinned buffers into the
/// response. No other code in the server writes a value.
/// </summary>
internal static class RevealResponses
{
    // Bounds the bytes that wait in the response until the connection sends them.
    private const int FlushAfterBytes = 64 * 1024;

    /// <summary>Writes one value: <c>{key,version,value}</c>, or with its path <c>{path,key,version,value}</c>.</summary>
    public static async Task WriteAsync(ApiRequest request, RevealedValue revealed, bool withPath)
    {
        var context = request.Context;
        var path = withPath ? $"\"path\":\"{revealed.Secret.Path}\"," : "";
        var head = Encoding.UTF8.GetBytes(
            $"{{\"data\":{{{path}\"key\":\"{revealed.Secret.Key}\",\"version\":{revealed.Version},\"value\":\"");
        var tail = ResponseEnvelope.Tail(context, request.Receipt, endOfData: "\"}");
        ResponseEnvelope.PrepareHeaders(context, StatusCodes.Status200OK);
        context.Response.ContentLength = head.Length + PlaintextWriter.EscapedLength(revealed.Value.Span) + tail.Length;
        // This only prepares the head of the answer. What a client can hold up is the flush.
        await context.Response.StartAsync();
        var writer = context.Response.BodyWriter;
        writer.WriteRaw(head);
        writer.WriteEscaped(revealed.Value.Span);
        writer.WriteRaw(tail);
        await AnswerDeadline.FlushAsync(context);
    }

    /// <summary>Writes an environment: <c>{revision,secrets:[{id,key,version,value}],unrecoverable:[keys]}</c>.</summary>
    public static async Task WriteAsync(ApiRequest request, RevealedEnvironment revealed)
    {
        var context = request.Context;
        var head = Encoding.UTF8.GetBytes($"{{\"data\":{{\"revision\":\"{revealed.Revision}\",\"secrets\":[");
        var unrecoverable = string.Join(',', revealed.Unrecoverable.Select(key => $"\"{key}\""));
        byte[] tail = [.. Encoding.UTF8.GetBytes($"],\"unrecoverable\":[{unrecoverable}]}}"), .. ResponseEnvelope.Tail(context, request.Receipt)];
        ResponseEnvelope.PrepareHeaders(context, StatusCodes.Status200OK);
        context.Response.ContentLength = head.Length + tail.Length + revealed.Values.Select(LengthOf).Sum()
            + Math.Max(0, revealed.Values.Count - 1);
        using var deadline = AnswerDeadline.Start(context);
        await context.Response.StartAsync();
        var writer = context.Response.BodyWriter;
        writer.WriteRaw(head);
        for (var i = 0; i < revealed.Values.Count; i++)
        {
            WriteItem(writer, revealed.Values[i], isFirst: i == 0);
            if (writer.UnflushedBytes > FlushAfterBytes)
            {
                await writer.FlushAsync(context.RequestAborted);
            }
        }

        writer.WriteRaw(tail);
        await writer.FlushAsync(context.RequestAborted);
    }

    private static void WriteItem(PipeWriter writer, RevealedValue item, bool isFirst)
    {
        writer.WriteRaw(isFirst ? [] : ","u8);
        writer.WriteRaw(ItemHead(item));
        writer.WriteEscaped(item.Value.Span);
        writer.WriteRaw("\"}"u8);
    }

    private static long LengthOf(RevealedValue item) =>
        ItemHead(item).Length + PlaintextWriter.EscapedLength(item.Value.Span) + 2;

    private static byte[] ItemHead(RevealedValue item) => Encoding.UTF8.GetBytes(
        $"{{\"id\":\"{item.Secret.Id}\",\"key\":\"{item.Secret.Key}\",\"version\":{item.Version},\"value\":\"");
}
