"""Drives an account through the official Python SDK, unchanged; prints what it saw as one JSON object.

Arguments: refresh token, app key, app secret, CA file, a file of several MiB to upload, a folder for downloads.
"""

import json
import os
import sys

import dropbox
from dropbox import file_transfer, files

refresh_token, app_key, app_secret, ca_file, large_file, work_folder = sys.argv[1:]
client = dropbox.Dropbox(
    oauth2_refresh_token=refresh_token, app_key=app_key, app_secret=app_secret, ca_certs=ca_file
)
seen = {"version": dropbox.__version__}

seen["email"] = client.users_get_current_account().email
usage = client.users_get_space_usage()
seen["space"] = [usage.used, usage.allocation.get_individual().allocated]

page = client.files_list_folder("", recursive=True, limit=2)
paths = [entry.path_display for entry in page.entries]
while page.has_more:
    page = client.files_list_folder_continue(page.cursor)
    paths += [entry.path_display for entry in page.entries]
seen["listed"] = paths

small = client.files_upload(b"small", "/py/small \u00fc.txt", mute=True)
seen["small_hash"] = small.content_hash
try:
    client.files_upload(b"other", "/py/small \u00fc.txt")
except dropbox.exceptions.ApiError as error:
    seen["conflict"] = error.error.get_path().reason.is_conflict()

commit = files.CommitInfo("/py/sequential.bin", mode=files.WriteMode.overwrite)
sequential = file_transfer.upload_file(client, large_file, commit)
concurrent = file_transfer.Uploader(client).upload(
    file_transfer.FileUpload(large_file),
    files.CommitInfo("/py/concurrent.bin"),
    file_transfer.UploadOptions(parallel_uploads=3),
)
seen["uploaded"] = [sequential.metadata.size, concurrent.metadata.size]

parallel_target = os.path.join(work_folder, "parallel.bin")
file_transfer.Downloader(client).download(
    "/py/concurrent.bin",
    file_transfer.File(parallel_target),
    file_transfer.DownloadOptions(parallel_downloads=3),
)
file_transfer.download_file(client, "/py/sequential.bin", os.path.join(work_folder, "sequential.bin"))

moved = client.files_move_v2("/py/sequential.bin", "/py/moved.bin").metadata
seen["moved"] = moved.path_display
seen["deleted"] = client.files_delete_v2("/py/concurrent.bin", parent_rev=concurrent.metadata.rev).metadata.name
launch = client.files_delete_batch([files.DeleteArg("/py/small \u00fc.txt"), files.DeleteArg("/py/none")])
outcome = client.files_delete_batch_check(launch.get_async_job_id()).get_complete()
seen["batch"] = [entry.is_success() for entry in outcome.entries]
seen["link"] = client.files_get_temporary_link("/py/moved.bin").link
print(json.dumps(seen))
